// The editor's side of all nodes, built into one script: `scripts/build-editor.mjs`. This is the order of the palette.
import '../exec/editor';
import '../eval/editor';
import '../read/editor';
import '../write/editor';
import '../list/editor';
import '../files/editor';
import '../sync/editor';
import '../control/editor';
import '../status/editor';
import '../device/editor';
