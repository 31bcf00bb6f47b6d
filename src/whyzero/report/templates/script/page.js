// The report as a page of its own.

import { start } from "./whyzero.js";

start(document);
