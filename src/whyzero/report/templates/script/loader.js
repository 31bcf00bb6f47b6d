// Unpacks the script of a page and runs it. The policy of the page names the hash of that text, so nothing else can run.

import { inflated } from "./inflate.js";

inflated(document.getElementById("script").textContent).then((bytes) => {
  const script = document.createElement("script");
  script.type = "module";
  script.textContent = new TextDecoder().decode(bytes);
  document.body.append(script);
});
