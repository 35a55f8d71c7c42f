// Colours of tags, which the admin chooses: a style sheet cannot know them.
const HEX = /^#[0-9a-f]{6}$/i;

export function showColours(root = document) {
  for (const tag of root.querySelectorAll(".tag[data-colour]")) {
    const { colour } = tag.dataset;
    if (!HEX.test(colour)) continue;
    tag.style.setProperty("background", `color-mix(in srgb, ${colour} 18%, var(--surface))`);
    tag.style.setProperty("color", `color-mix(in srgb, ${colour} 65%, var(--text))`);
  }
}
