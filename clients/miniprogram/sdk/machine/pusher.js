// The own stream: what <live-pusher> says, and when it is started at which URL.
//
//   idle → asking (for a URL) → starting → pushing ⇄ reconnecting (by itself) → asking …
//   refused: no camera or no microphone, until that is granted

const { PUSHER, PUSHER_ERROR } = require('../codes');
const { urlWait } = require('../backoff');

/** How long a push must last before the next loss counts as the first one again, in milliseconds. */
const STEADY = 5000;

/** How long the tag may take to notice by itself that its stream is over at the node, in milliseconds. */
const OVERDUE = 500;

function begin(turn) {
  turn.state.push = { state: 'asking', attempts: 0, urls: null, live: false };
  turn.askUrls();
}

/** Fresh URLs have come. */
function urls(turn, message) {
  turn.step(1, 'urls');
  if (turn.state.push.state !== 'asking' || !turn.active) return;
  Object.assign(turn.state.push, { state: 'starting', urls: message.publish, live: false });
  turn.put({ do: 'push', url: turn.rtmp(message.publish) });
}

/** What the tag's URL was good for is over: a fresh one, the sooner the fewer have failed in a row. */
function fresh(turn) {
  const { push } = turn.state;
  if (push.state === 'asking') return;
  const wait = urlWait(push.attempts);
  Object.assign(push, { state: 'asking', attempts: push.attempts + 1, live: false });
  turn.cancel('push.steady');
  turn.cancel('push.overdue');
  turn.put({ do: 'push.stop' });
  turn.note('reconnecting');
  if (wait === 0) turn.askUrls();
  else turn.timer('push.urls', wait);
}

function stop(turn) {
  const { push } = turn.state;
  if (push.state !== 'idle') turn.put({ do: 'push.stop' });
  turn.state.push = { state: 'idle', attempts: 0, urls: null, live: false };
  ['push.urls', 'push.steady', 'push.overdue'].forEach((name) => turn.cancel(name));
}

function refuse(turn, device) {
  stop(turn);
  turn.state.push.state = 'refused';
  turn.put({ do: 'permission', device });
}

/** Without a camera or a microphone until now, and they may be used. */
function granted(turn) {
  if (turn.state.push.state === 'refused' && turn.active) begin(turn);
}

function pushes(turn) {
  turn.state.push.state = 'pushing';
  turn.timer('push.steady', STEADY);
  turn.step(2, 'publish');
  turn.clear('reconnecting', 'uplink');
  request(turn);
}

const BY_CODE = {
  [PUSHER.PUSH_BEGINS]: pushes,
  [PUSHER.UPLINK_POOR]: (turn) => {
    turn.note('uplink');
    turn.network('poor');
  },
  [PUSHER.RECONNECTING]: (turn) => {
    turn.state.push.state = 'reconnecting';
    turn.note('reconnecting');
    turn.network('bad');
    if (turn.at >= turn.state.push.urls.expires_at) fresh(turn);
  },
  [PUSHER.CLOSED_BY_SERVER]: fresh,
  [PUSHER.GAVE_UP]: fresh,
  [PUSHER.NO_CAMERA]: (turn) => refuse(turn, 'camera'),
  [PUSHER.NO_MICROPHONE]: (turn) => refuse(turn, 'microphone'),
};

PUSHER.NO_ENCODER.forEach((code) => {
  BY_CODE[code] = (turn) => turn.note('encoder');
});

const BY_ERROR = {
  [PUSHER_ERROR.CAMERA_DENIED]: 'camera',
  [PUSHER_ERROR.MICROPHONE_DENIED]: 'microphone',
};

/** The tag's statechange. What it says of a run that was stopped counts no more. */
function code(turn, number) {
  if (runs(turn) && BY_CODE[number]) BY_CODE[number](turn);
}

function runs(turn) {
  return turn.active && ['starting', 'pushing', 'reconnecting'].includes(turn.state.push.state);
}

/** The tag's error. */
function error(turn, number) {
  if (turn.active && BY_ERROR[number]) refuse(turn, BY_ERROR[number]);
}

/** The node has the first frames. Some versions of WeChat forget to say 1002, so this says it as well. */
function live(turn) {
  turn.state.push.live = true;
  turn.cancel('push.overdue');
  if (runs(turn)) pushes(turn);
  turn.step(3, 'stream.begin');
}

/** The stream is over at the node, and the call goes on. */
function over(turn) {
  turn.state.push.live = false;
  if (turn.state.push.state === 'pushing') turn.timer('push.overdue', OVERDUE);
}

function overdue(turn) {
  const { state, live: isLive } = turn.state.push;
  if (state === 'pushing' && !isLive) fresh(turn);
}

/** Whoever calls asks once, as soon as he can be seen. */
function request(turn) {
  if (turn.state.requested || !turn.active) return;
  turn.state.requested = true;
  turn.send({ type: 'request' });
}

module.exports = { begin, urls, fresh, stop, granted, code, error, live, over, overdue };
