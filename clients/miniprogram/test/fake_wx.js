// `wx.connectSocket` and `wx.request` under a test's hand.

class FakeWx {
  constructor() {
    /** Each connection: `{url, protocols, said, closed, open(), tell(message), lose()}`. */
    this.sockets = [];
    /** Each request; `answers` holds what is answered, in turn: `{statusCode, data}` or `{fail}`. */
    this.requests = [];
    this.answers = [];
  }

  get socket() {
    return this.sockets[this.sockets.length - 1];
  }

  connectSocket({ url, protocols }) {
    const on = {};
    const socket = {
      url,
      protocols,
      said: [],
      closed: false,
      open: () => on.open({}),
      tell: (message) => on.message({ data: typeof message === 'string' ? message : JSON.stringify(message) }),
      lose: (code = 1006) => on.close({ code, reason: '' }),
    };
    this.sockets.push(socket);
    return {
      onOpen: (listener) => (on.open = listener),
      onMessage: (listener) => (on.message = listener),
      onClose: (listener) => (on.close = listener),
      onError: (listener) => (on.error = listener),
      send: ({ data }) => socket.said.push(data),
      close: () => (socket.closed = true),
    };
  }

  request(wish) {
    this.requests.push(wish);
    const answer = this.answers.shift();
    if (answer.fail) wish.fail({ errMsg: answer.fail });
    else wish.success(answer);
  }
}

module.exports = { FakeWx };
