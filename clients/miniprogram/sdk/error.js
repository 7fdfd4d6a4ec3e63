// Why the edge did not do what it was asked.

/** A refusal of the edge, or a request that did not reach it (`code` is then `unreachable`). */
class EdgeError extends Error {
  /**
   * @param {object} refusal
   * @param {string} refusal.code for programs: `desk_closed`, `line_full`, `rate_limited`, …
   * @param {string} refusal.message for people: Chinese / English
   * @param {string} [refusal.detail] the offending value
   * @param {number} [status] of the HTTP answer
   * @param {number} [retryAfter] seconds after which it is worth trying again
   */
  constructor(refusal, status, retryAfter) {
    super(refusal.message);
    this.name = 'EdgeError';
    this.code = refusal.code;
    this.detail = refusal.detail || '';
    this.status = status || 0;
    this.retryAfter = retryAfter || 0;
  }

  /** Whether asking again with the same token can never help. */
  get final() {
    return this.status === 401 || this.status === 403 || this.status === 404;
  }
}

/** The edge could not be reached. */
function unreachable(path, why) {
  const message = '无法连接服务器 / The server cannot be reached';
  return new EdgeError({ code: 'unreachable', message, detail: `${path}: ${why}` });
}

/** The error of an answer that is none of 2xx. */
function refusal(path, status, body, header) {
  if (body && typeof body.code === 'string') {
    return new EdgeError(body, status, Number(field(header, 'retry-after')) || 0);
  }
  const message = '服务器应答异常 / The server answered strangely';
  return new EdgeError({ code: 'internal', message, detail: `${path}: status ${status}` }, status);
}

/** A header by name, whatever its case: phones differ in it. */
function field(header, name) {
  const key = Object.keys(header || {}).find((key) => key.toLowerCase() === name);
  return key === undefined ? undefined : header[key];
}

module.exports = { EdgeError, unreachable, refusal };
