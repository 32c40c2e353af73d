// What a reader can't reach or can't read: names of controls (WCAG 2.2, 4.1.2) and contrast of text (1.4.3).
() => {
  const problems = [];
  const visible = (e) => e.checkVisibility({ visibilityProperty: true, opacityProperty: true }) && e.getClientRects().length;
  for (const e of document.querySelectorAll("button, a[href], input, textarea, select, [role=button]")) {
    if (!visible(e) || e.closest(".q-uploader")) continue;
    const name = e.getAttribute("aria-label") || e.innerText?.trim() || e.title || e.closest("label")?.innerText;
    if (!name) problems.push(`no name: ${e.outerHTML.slice(0, 120)}`);
  }
  const channel = (v) => ((v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
  const context = Object.assign(document.createElement("canvas"), { width: 1, height: 1 }).getContext("2d", { willReadFrequently: true });
  const rgba = (color) => {
    context.clearRect(0, 0, 1, 1);
    context.fillStyle = color;
    context.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = context.getImageData(0, 0, 1, 1).data;
    return { light: 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b), opaque: a > 250 };
  };
  const ground = (e) => {
    for (; e; e = e.parentElement) {
      const color = rgba(getComputedStyle(e).backgroundColor);
      if (color.opaque) return color.light;
    }
    return 1;
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const e = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !e || !visible(e) || e.closest("[aria-hidden=true], svg, .hidden-words, .skip")) continue;
    const [a, b] = [rgba(getComputedStyle(e).color).light, ground(e)].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < 4.5) problems.push(`contrast ${ratio.toFixed(2)}: ${walker.currentNode.data.trim().slice(0, 40)} <${e.className}>`);
  }
  return problems;
}
