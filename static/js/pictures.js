// Pictures as they are sent: a phone's are larger than anyone looks at, and larger than the desk takes.
const LONG_SIDE = 2560;
// A long screenshot stays readable: its short side is not made smaller than this
const SHORT_SIDE = 1080;
const QUALITIES = [0.86, 0.75, 0.6];

export class NotAPicture extends Error {}
export class TooLarge extends Error {}

// The size that a picture of this size is sent in
export function fitted(width, height) {
  const scale = Math.min(1, Math.max(LONG_SIDE / Math.max(width, height), SHORT_SIDE / Math.min(width, height)));
  return [Math.round(width * scale), Math.round(height * scale)];
}

// Return the file, or a smaller one in its place. Raise NotAPicture or TooLarge
export async function fit(file, maxBytes) {
  const picture = await decoded(file);
  if (!picture) {
    // This browser cannot read it; the desk may
    if (file.size > maxBytes) throw new TooLarge();
    return file;
  }
  const [width, height] = fitted(picture.width, picture.height);
  const asItIs = width === picture.width && file.size <= maxBytes && file.type !== "image/gif";
  try {
    return asItIs ? file : await smaller(file, picture, width, height, maxBytes);
  } finally {
    picture.close?.();
  }
}

async function decoded(file) {
  if (!self.createImageBitmap) return null;
  try {
    return await createImageBitmap(file, { imageOrientation: "from-image" });
  } catch {
    if (["image/jpeg", "image/png"].includes(file.type) && file.size < 100) throw new NotAPicture();
    return null;
  }
}

async function smaller(file, picture, width, height, maxBytes) {
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  const context = canvas.getContext("2d");
  // A see-through PNG on white: JPEG has no see-through
  context.fillStyle = "#fff";
  context.fillRect(0, 0, width, height);
  context.imageSmoothingQuality = "high";
  context.drawImage(picture, 0, 0, width, height);
  const name = `${file.name.replace(/\.[^.]*$/, "")}.jpg`;
  for (const quality of QUALITIES) {
    const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", quality));
    if (blob && blob.size <= maxBytes) return new File([blob], name, { type: "image/jpeg" });
  }
  throw new TooLarge();
}
