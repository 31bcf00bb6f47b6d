// The explorer as a page of its own.

import { start } from "./explorer.js";

start(document);
