// Counterpart for mini-programs.

const { Edge } = require('./edge');
const { EdgeError } = require('./error');
const { CustomerCall } = require('./customer_call');
const { CallSocket } = require('./call_socket');

module.exports = { Edge, EdgeError, CustomerCall, CallSocket };
