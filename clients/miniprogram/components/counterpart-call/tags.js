// The two tags, told what to do.

/** Restarts a tag: what it did before has ended when it begins anew. */
function restart(context, begin) {
  context.stop({ complete: () => context[begin]() });
}

/** Starts `<live-pusher>` at a URL; `component` has it in its WXML while `pushUrl` is set. A page has one of them. */
function push(component, url) {
  component.setData({ pushUrl: url }, () => restart(wx.createLivePusherContext(), 'start'));
}

function pushStop(component) {
  if (component.data.pushUrl) wx.createLivePusherContext().stop();
}

/** Starts `<live-player>` at a URL; one that comes onto the page with it plays by itself. */
function play(component, url) {
  const isThere = Boolean(component.data.playUrl);
  component.setData({ playUrl: url }, () => {
    if (isThere) restart(wx.createLivePlayerContext('player', component), 'play');
  });
}

function playStop(component) {
  if (component.data.playUrl) wx.createLivePlayerContext('player', component).stop();
}

/** Takes both tags off the page, which frees the camera. */
function remove(component) {
  component.setData({ pushUrl: '', playUrl: '' });
}

module.exports = { push, pushStop, play, playStop, remove };
