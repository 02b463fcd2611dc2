// Builds dist/report.html: the page with its script and style inlined, and a place for the data.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { build } from "esbuild";

/** Bundles one entry point and gives its text; licence notices stay in it. */
async function bundle(entry) {
  const result = await build({
    entryPoints: [entry],
    bundle: true,
    minify: true,
    write: false,
    format: "iife",
    target: ["chrome111", "firefox113", "safari16.4"],
    legalComments: "inline",
    logLevel: "warning",
  });
  return result.outputFiles[0].text.trim();
}

const [page, script, style] = await Promise.all([
  readFile("src/page.html", "utf8"),
  bundle("src/main.ts"),
  bundle("src/style.css"),
]);
const html = page.replace("{{style}}", () => style).replace("{{script}}", () => script);
if (html.split("{{report-data}}").length !== 2) {
  throw new Error("src/page.html must have {{report-data}} once, and nothing else may hold it");
}
await mkdir("dist", { recursive: true });
await writeFile("dist/report.html", html);
console.log(`dist/report.html: ${(html.length / 1024).toFixed(0)} KB`);
