// What a picture is, by its first bytes.

/** The largest picture that the edge takes, in bytes. */
const MAX_IMAGE = 1 << 20;

const MARKS = [
  ['image/jpeg', 0, [0xff, 0xd8, 0xff]],
  ['image/png', 0, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]],
  ['image/gif', 0, [0x47, 0x49, 0x46, 0x38]],
  ['image/webp', 8, [0x57, 0x45, 0x42, 0x50]],
];

/** The media type of these bytes; `undefined` for what the edge does not take. */
function imageType(buffer) {
  const bytes = new Uint8Array(buffer);
  const found = MARKS.find(([, from, mark]) => mark.every((byte, i) => bytes[from + i] === byte));
  return found && found[0];
}

module.exports = { MAX_IMAGE, imageType };
