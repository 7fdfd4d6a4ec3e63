// What the user lets the mini-program do.

const DEVICES = { 'scope.camera': 'camera', 'scope.record': 'microphone' };

export class Settings {
  constructor() {
    /** What was decided, by scope. */
    this.decided = {};
    /** Whether he says yes when he is asked. */
    this.agrees = true;
  }

  /** Turns a device on or off, as on the settings page. */
  set(device, on) {
    const scope = Object.keys(DEVICES).find((scope) => DEVICES[scope] === device);
    this.decided[scope] = on;
  }

  /** The device that may not be used, if there is one. */
  refused() {
    const scope = Object.keys(DEVICES).find((scope) => this.decided[scope] === false);
    return DEVICES[scope];
  }

  /** These parts of `wx`. */
  api() {
    return {
      getSetting: ({ success }) => later(success, { authSetting: { ...this.decided } }),
      authorize: ({ scope, success, fail }) => {
        this.decided[scope] = this.agrees;
        if (this.agrees) later(success, {});
        else later(fail, { errMsg: 'authorize:fail auth deny' });
      },
    };
  }
}

function later(answer, value) {
  queueMicrotask(() => answer(value));
}
