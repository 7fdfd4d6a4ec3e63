// The sample app: the list of desks, a call, a rating.

const { Session } = require('./app/session');

App({
  onLaunch() {
    this.session = new Session();
  },
});
