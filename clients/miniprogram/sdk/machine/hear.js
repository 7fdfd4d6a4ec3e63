// What the edge says on the call's socket.

const pusher = require('./pusher');
const player = require('./player');

const ME = 'caller';

const BY_KIND = {
  'call.request': (turn) => {
    turn.step(4, 'request');
    turn.phase('waiting');
  },
  'call.accept': (turn) => {
    turn.step(5, 'accept');
    turn.clear('transferred', 'peer.away', 'peer.gone');
    turn.phase('talking');
    player.use(turn);
  },
  'call.transfer': (turn) => {
    player.stop(turn);
    turn.clear('peer.away', 'peer.gone');
    turn.note('transferred');
    turn.phase('waiting');
  },
  'call.end': (turn, entry) => end(turn, entry.reason),
  'stream.begin': (turn, { party }) => (party === ME ? pusher.live(turn) : turn.clear('peer.gone')),
  'stream.end': (turn, { party }) => (party === ME ? pusher.over(turn) : gone(turn)),
  'peer.away': (turn, { party }) => party !== ME && turn.note('peer.away'),
  'peer.back': (turn, { party }) => party !== ME && turn.clear('peer.away'),
};

function gone(turn) {
  player.over(turn);
  if (turn.state.phase === 'talking') turn.note('peer.gone');
}

const BY_TYPE = {
  hello: (turn, { phase }) => {
    turn.clear('offline');
    if (phase !== 'new') turn.state.requested = true;
  },
  urls: (turn, message) => {
    turn.state.asking = false;
    turn.clear('no_node');
    pusher.urls(turn, message);
  },
  play: (turn, { party, urls }) => party !== ME && player.offered(turn, urls),
  entry: (turn, entry) => BY_KIND[entry.kind] && BY_KIND[entry.kind](turn, entry),
};

/** A message of the edge. */
function hear(turn, message) {
  if (turn.state.phase !== 'over' && BY_TYPE[message.type]) BY_TYPE[message.type](turn, message);
}

/** The edge refused a command. */
function refused(turn, { type }, { code }) {
  if (type !== 'urls') return;
  turn.state.asking = false;
  // A call that is over says so by its last entry.
  if (code === 'conflict' || code === 'not_found' || !turn.active) return;
  turn.note('no_node');
  turn.timer('push.urls', 2000);
}

/** The end, for whatever reason. */
function end(turn, reason) {
  pusher.stop(turn);
  player.stop(turn);
  turn.cancel('network');
  turn.clear(...turn.state.notices);
  turn.phase('over', reason);
}

module.exports = { hear, refused, end };
