// The editor's side of all nodes, built into one script: `scripts/build-editor.mjs`.
import '../exec/editor';
import '../eval/editor';
import '../read/editor';
import '../write/editor';
import '../list/editor';
import '../device/editor';
