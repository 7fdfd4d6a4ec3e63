// A caller's call as a state machine without side effects: what happens goes in, what is to be done comes out.
//
// Inputs, each `{on, …}`, and with `at`, the time in milliseconds:
//   start                      the page is ready and the tags may be used
//   message {message}          of the edge, on the call's socket; the answer `urls` too
//   refused {command, error}   the edge refused a command
//   pusher {code}              <live-pusher>'s statechange
//   pusher.error {code}        <live-pusher>'s error
//   player {code}              <live-player>'s statechange
//   hide, show                 the page goes to the background and comes back
//   granted                    camera and microphone may be used now
//   offline                    the call's socket is lost; it is being dialled again
//   timer {name}               a timer that was asked for
//   hangup                     the user wants to end the call
//   ended {reason}             it is over for us, though the call may go on (another device has it, say)
//
// Outputs, each `{do, …}`:
//   send {command}             to the edge, until it is answered
//   push {url}, push.stop      start <live-pusher> there (again), stop it
//   play {url}, play.stop      the same for <live-player>
//   permission {device}        no `camera` or `microphone`: find out why, and show the way to the settings
//   phase {phase, reason?}     preparing, waiting, talking, over
//   step {number, name}        one of the seven steps
//   notices {notices}          what the user should know at present, newest last
//   timer {name, ms}, cancel {name}

const { Turn } = require('./turn');
const { PUSHER } = require('../codes');
const pusher = require('./pusher');
const player = require('./player');
const { hear, refused, end } = require('./hear');

/**
 * The state before anything has happened. `carrier` is `rtmp` or `flv`: how the other is played; `secure`: by RTMPS, where the
 * node has that.
 */
function initial({ carrier = 'rtmp', secure = false } = {}) {
  return {
    carrier,
    secure,
    phase: 'new',
    away: false,
    leaving: false,
    asking: false,
    requested: false,
    network: 'good',
    notices: [],
    steps: [],
    push: { state: 'idle', attempts: 0, urls: null, live: false },
    play: { state: 'idle', attempts: 0, urls: null, fresh: null, stale: false },
  };
}

const BY_TIMER = {
  'push.urls': (turn) => turn.active && turn.askUrls(),
  'play.urls': (turn) => turn.active && turn.askUrls(),
  'push.steady': (turn) => {
    turn.state.push.attempts = 0;
  },
  'play.steady': (turn) => {
    turn.state.play.attempts = 0;
  },
  'push.overdue': pusher.overdue,
  network: (turn) => {
    turn.clear('uplink', 'downlink');
    turn.network('good');
  },
};

const BY_INPUT = {
  start: (turn) => {
    if (turn.state.phase !== 'new') return;
    turn.phase('preparing');
    pusher.begin(turn);
  },
  message: (turn, { message }) => hear(turn, message),
  refused: (turn, { command, error }) => refused(turn, command, error),
  pusher: (turn, { code }) => (code === PUSHER.IN_BACKGROUND ? hide(turn) : pusher.code(turn, code)),
  'pusher.error': (turn, { code }) => pusher.error(turn, code),
  player: (turn, { code }) => player.code(turn, code),
  hide,
  show,
  granted: pusher.granted,
  offline: (turn) => turn.state.phase !== 'over' && turn.note('offline'),
  timer: (turn, { name }) => BY_TIMER[name](turn),
  hangup: (turn) => {
    if (turn.state.leaving || turn.state.phase === 'over') return;
    stopMedia(turn);
    turn.state.leaving = true;
    turn.send({ type: 'hangup' });
  },
  ended: (turn, { reason }) => end(turn, reason),
};

/** WeChat stops both tags in the background: leave in order, so that the other side is told. */
function hide(turn) {
  if (turn.state.away || turn.state.phase === 'over') return;
  stopMedia(turn);
  turn.state.away = true;
}

function show(turn) {
  if (!turn.state.away) return;
  turn.state.away = false;
  if (!turn.active) return;
  pusher.begin(turn);
  if (turn.state.phase === 'talking') player.back(turn);
}

function stopMedia(turn) {
  pusher.stop(turn);
  player.stop(turn);
  turn.clear('reconnecting', 'uplink', 'downlink', 'loading');
}

/** The next state and what is to be done. Neither argument is changed. */
function step(state, input) {
  const turn = new Turn(state, input.at || 0);
  BY_INPUT[input.on](turn, input);
  return { state: turn.state, outputs: turn.outputs };
}

module.exports = { initial, step };
