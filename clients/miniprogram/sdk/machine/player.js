// The other's stream: what <live-player> says, and when it is started at which URL.
//
//   idle → asking (for a URL) → starting → playing ⇄ reconnecting (by itself) → asking …
//
// A URL that plays stays: the edge gives a fresh one for the same stream now and then, and it is kept for the next start.
// Another node, or a stream that ended in between, is a changed URL and is played at once.

const { PLAYER } = require('../codes');
const { urlWait } = require('../backoff');

/** How long a play must last before the next loss counts as the first one again, in milliseconds. */
const STEADY = 5000;

/** The edge says where the other can be played. */
function offered(turn, urls) {
  turn.state.play.fresh = urls;
  use(turn);
}

/** Plays the newest URL, where there is a reason to. */
function use(turn) {
  const { play, phase } = turn.state;
  if (!play.fresh || phase !== 'talking' || !turn.active) return;
  const runs = ['starting', 'playing'].includes(play.state);
  if (runs && !play.stale && play.fresh.node === play.urls.node) return;
  const { fresh: urls } = play;
  Object.assign(play, { state: 'starting', urls, fresh: null, stale: false });
  turn.cancel('play.urls');
  turn.put({ do: 'play', url: (turn.state.carrier === 'flv' && urls.flv) || turn.rtmp(urls) });
}

/** What the tag's URL was good for is over: a fresh one, the sooner the fewer have failed in a row. */
function fresh(turn) {
  const { play } = turn.state;
  if (play.state === 'asking') return;
  const wait = urlWait(play.attempts);
  Object.assign(play, { state: 'asking', attempts: play.attempts + 1, fresh: null });
  turn.cancel('play.steady');
  turn.put({ do: 'play.stop' });
  turn.note('reconnecting');
  if (wait === 0) turn.askUrls();
  else turn.timer('play.urls', wait);
}

function stop(turn) {
  if (turn.state.play.state !== 'idle') turn.put({ do: 'play.stop' });
  turn.state.play = { state: 'idle', attempts: 0, urls: null, fresh: null, stale: false };
  ['play.urls', 'play.steady'].forEach((name) => turn.cancel(name));
}

/** Back on the page: whatever URL was there is old. */
function back(turn) {
  turn.state.play.state = 'asking';
  turn.askUrls();
}

function plays(turn) {
  turn.state.play.state = 'playing';
  turn.timer('play.steady', STEADY);
  turn.clear('reconnecting', 'downlink', 'loading');
}

function poor(turn) {
  turn.note('downlink');
  turn.network('poor');
}

const BY_CODE = {
  [PLAYER.FIRST_FRAME]: (turn) => {
    plays(turn);
    turn.step(7, 'play');
  },
  [PLAYER.PLAYING]: plays,
  [PLAYER.LOADING]: (turn) => turn.note('loading'),
  [PLAYER.DOWNLINK_POOR]: poor,
  [PLAYER.STUTTER]: poor,
  [PLAYER.RECONNECTING]: (turn) => {
    turn.state.play.state = 'reconnecting';
    turn.note('reconnecting');
    turn.network('bad');
    if (turn.at >= turn.state.play.urls.expires_at) fresh(turn);
    else use(turn);
  },
  [PLAYER.ENDED]: fresh,
  [PLAYER.GAVE_UP]: fresh,
};

/** The tag's statechange. What it says of a run that was stopped counts no more. */
function code(turn, number) {
  const running = ['starting', 'playing', 'reconnecting'].includes(turn.state.play.state);
  if (running && turn.active && BY_CODE[number]) BY_CODE[number](turn);
}

/** The other's stream is over; it may begin anew. */
function over(turn) {
  turn.state.play.stale = true;
}

module.exports = { offered, use, fresh, stop, back, code, over };
