// Where this app's edge is. The domain must be on the list of the mini-program's server domains.

module.exports = { edge: 'https://edge.example.com' };
