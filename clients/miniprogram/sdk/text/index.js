// Texts in the user's language.

const TEXTS = { zh: require('./zh'), en: require('./en') };

/** The language of this phone's WeChat: `zh` or `en`. */
function language(api = wx) {
  const { language: name } = api.getAppBaseInfo ? api.getAppBaseInfo() : api.getSystemInfoSync();
  return /^zh/i.test(name || 'zh') ? 'zh' : 'en';
}

/** A text by its key; `{name}` in it is replaced by the value of that name. A key that is not there gives nothing. */
function text(lang, key, values = {}) {
  const pattern = TEXTS[lang][key] || '';
  return pattern.replace(/\{(\w+)\}/g, (_, name) => String(values[name]));
}

/** All texts whose keys begin with this, without it: for WXML. */
function texts(lang, prefix) {
  const keys = Object.keys(TEXTS[lang]).filter((key) => key.startsWith(prefix));
  return Object.assign({}, ...keys.map((key) => ({ [key.slice(prefix.length)]: TEXTS[lang][key] })));
}

/** The part of a message that is in this language: the edge writes `Chinese / English`. */
function half(lang, message) {
  const [zh, en] = message.split(' / ');
  return lang === 'en' && en ? en : zh;
}

/** Why a call ended. */
function endText(lang, reason) {
  return text(lang, `end.${reason}`) || text(lang, 'end.other', { reason });
}

/** Place in line and how long it may take, as the edge tells them. */
function waitText(lang, { position, wait_s: seconds }) {
  const place = position === 1 ? text(lang, 'waiting.next') : text(lang, 'waiting.position', { position });
  if (seconds === undefined) return { place, wait: '' };
  const minutes = Math.ceil(seconds / 60);
  const time = seconds < 60 ? text(lang, 'waiting.soon') : text(lang, 'waiting.minutes', { minutes });
  return { place, wait: text(lang, 'waiting.expected', { time }) };
}

module.exports = { language, text, texts, half, endText, waitText };
