// Ids of commands.

/** A new client id, random, so that no other client's is the same. */
function clientId(random = Math.random) {
  let id = '';
  while (id.length < 32) id += Math.floor(random() * 16).toString(16);
  return id;
}

module.exports = { clientId };
