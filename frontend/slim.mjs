// Drops from Sass's output what GOV.UK Frontend's parts bring along and the portal never uses. Reads stdin, writes stdout.
const UNUSED = /^\.govuk-(summary-card|heading-|caption-|body|list--number|list--spaced|summary-list--no-border|button--start|button__start|button-group)|\.govuk-(heading|body)-?/;
const INHERITED = /^\s*(font-family|-webkit-font-smoothing|-moz-osx-font-smoothing):/; // our body says the font once
const CONTROLS = /\.govuk-(button|input|select|textarea)\b/; // these do not inherit a font by themselves

let css = "";
for await (const chunk of process.stdin) css += chunk;

css = css.replace(/([^{}]+)\{([^{}]*)\}/g, (rule, selectors, body) => {
  const kept = selectors.split(",").filter((one) => !UNUSED.test(one.trim()));
  if (kept.length === 0) return "";
  const lines = body.split("\n").filter((line) => CONTROLS.test(selectors) || !INHERITED.test(line));
  return lines.some((line) => line.trim()) ? `${kept.join(",")}{${lines.join("\n")}}` : "";
});
for (let before = ""; before !== css; ) {
  before = css;
  css = css.replace(/@(media|supports)[^{}]*\{\s*\}/g, "");
}
process.stdout.write(css.replace(/\n\s*\n+/g, "\n"));
