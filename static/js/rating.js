// The stars of the widget: the ones up to the chosen one shine, and there is room for words.
export function chooseStar(star) {
  const form = star.closest("[data-rating]");
  form.dataset.chosen = star.dataset.star;
  for (const each of form.querySelectorAll("[data-star]")) {
    each.setAttribute("aria-pressed", each === star);
    each.toggleAttribute("data-given", Number(each.dataset.star) <= Number(star.dataset.star));
  }
  form.querySelector("[data-rating-more]").hidden = false;
}
