// What the formatted view of a template is built on, as one file: see README.md beside it.
export { DOMParser, DOMSerializer, Fragment, Schema, Slice } from "prosemirror-model";
export { EditorState, Plugin, TextSelection } from "prosemirror-state";
export { Decoration, DecorationSet, EditorView } from "prosemirror-view";
export { baseKeymap, chainCommands, exitCode, setBlockType, toggleMark } from "prosemirror-commands";
export { history, redo, undo } from "prosemirror-history";
export { keymap } from "prosemirror-keymap";
export { liftListItem, splitListItem, wrapInList } from "prosemirror-schema-list";
