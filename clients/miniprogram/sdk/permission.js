// Camera and microphone: may they be used?

const { promised } = require('./edge');

const SCOPES = { camera: 'scope.camera', microphone: 'scope.record' };

/** Asks the user for what he was not asked for yet; resolves with the devices that he has refused. */
async function permit(api) {
  const refused = [];
  for (const device of Object.keys(SCOPES)) {
    if (!(await allows(api, SCOPES[device]))) refused.push(device);
  }
  return refused;
}

/** What the user has refused so far, without asking him. */
async function refusals(api) {
  const { authSetting } = await promised(api.getSetting)({});
  return Object.keys(SCOPES).filter((device) => authSetting[SCOPES[device]] === false);
}

async function allows(api, scope) {
  const { authSetting } = await promised(api.getSetting)({});
  if (authSetting[scope] !== undefined) return authSetting[scope];
  return promised(api.authorize)({ scope }).then(() => true, () => false);
}

module.exports = { permit, refusals };
