// How good the other side's network is, by the entries of the call's log: the pusher sends no more than it carries.

/** Before the first entry. */
const unknown = () => 'good';

/** After one more entry: `good`, `poor` or `bad`. */
function after(quality, entry) {
  switch (entry.kind) {
    case 'network':
      return entry.party === 'callee' ? entry.quality : quality;
    // Somebody else, or nobody, on another network.
    case 'call.accept':
    case 'call.transfer':
    case 'call.end':
      return unknown();
    default:
      return quality;
  }
}

module.exports = { unknown, after };
