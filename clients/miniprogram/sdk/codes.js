// What the two tags say, by the numbers that WeChat gives it.

/** Codes of `<live-pusher>`'s statechange. */
const PUSHER = {
  CONNECTED: 1001,
  PUSH_BEGINS: 1002,
  CAMERA_OPEN: 1003,
  FIRST_FRAME: 1007,
  ENCODER: 1008,
  UPLINK_POOR: 1101,
  RECONNECTING: 1102,
  CLOSED_BY_SERVER: 3004,
  IN_BACKGROUND: 5000,
  NO_CAMERA: -1301,
  NO_MICROPHONE: -1302,
  NO_ENCODER: [-1303, -1304, -1305, -1306],
  GAVE_UP: -1307,
};

/** Codes of `<live-pusher>`'s error. */
const PUSHER_ERROR = { CAMERA_DENIED: 10001, MICROPHONE_DENIED: 10002 };

/** Codes of `<live-player>`'s statechange. */
const PLAYER = {
  CONNECTED: 2001,
  PULL_BEGINS: 2002,
  FIRST_FRAME: 2003,
  PLAYING: 2004,
  ENDED: 2006,
  LOADING: 2007,
  RESOLUTION: 2009,
  RECONNECTING: 2103,
  DOWNLINK_POOR: 2104,
  STUTTER: 2105,
  GAVE_UP: -2301,
};

module.exports = { PUSHER, PUSHER_ERROR, PLAYER };
