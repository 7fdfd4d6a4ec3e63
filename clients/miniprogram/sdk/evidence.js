// What a customer is asked and shown for the recording, by the entries of the call's log.

/** Before the first entry: `asks` whether he may be recorded, `statement` that the agent reads to him. */
const nothing = () => ({ asks: false, statement: '' });

/** After one more entry. */
function after(state, entry) {
  switch (entry.kind) {
    case 'recording.ask':
      return { ...state, asks: true };
    case 'recording.consent':
      return { ...state, asks: false };
    case 'prompt.begin':
      return { ...state, statement: entry.text };
    case 'prompt.end':
    case 'call.transfer':
      return { ...state, statement: '' };
    case 'call.end':
      return nothing();
    default:
      return state;
  }
}

module.exports = { nothing, after };
