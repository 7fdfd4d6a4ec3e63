// One request by wx.request.

const { unreachable, refusal } = require('./error');

/** How long a request may take altogether, in milliseconds. */
const TIMEOUT = 15000;

/**
 * Asks the edge; resolves with the answer's JSON.
 *
 * @param {object} api `wx`
 * @param {object} wish `{base, method, path, token, body, type}`: a `body` that is an ArrayBuffer goes as it is, with
 *   `type` as its Content-Type; anything else goes as JSON.
 */
function request(api, wish) {
  const { base, method, path, token, body } = wish;
  const header = { 'content-type': wish.type || 'application/json' };
  if (token) header.Authorization = `Bearer ${token}`;
  const data = body === undefined || body instanceof ArrayBuffer ? body : JSON.stringify(body);
  return new Promise((resolve, reject) => {
    api.request({
      url: base + path,
      method,
      header,
      data,
      timeout: TIMEOUT,
      success: (answer) => {
        const { statusCode: status, data } = answer;
        if (status >= 200 && status < 300) resolve(data);
        else reject(refusal(path, status, data, answer.header));
      },
      fail: (failure) => reject(unreachable(path, failure.errMsg)),
    });
  });
}

module.exports = { request };
