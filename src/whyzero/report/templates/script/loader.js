// Unpacks the script of a page and runs it. The policy of the page names the hash of that text, so nothing else can run.

const packed = document.getElementById("script").textContent;
const bytes = Uint8Array.from(atob(packed), (character) => character.charCodeAt(0));
const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
new Response(stream).text().then((text) => {
  const script = document.createElement("script");
  script.type = "module";
  script.textContent = text;
  document.body.append(script);
});
