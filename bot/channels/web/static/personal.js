// The page behind a personal link: one's own conversation. Each part listens for itself; this begins.

import "./cards.js";
import { all } from "./page.js";
import { connect } from "./live.js";
import { restoreDraft } from "./drafts.js";
import { settle } from "./log.js";

all("#composer").forEach(restoreDraft);
settle();
connect();
