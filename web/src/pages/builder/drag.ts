/** What a block of the palette is called while it is dragged. */
export const BLOCK_DRAG = "application/x-paddock-block";
