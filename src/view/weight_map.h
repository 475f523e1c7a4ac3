#pragma once
// A block of a parameter as a map: a tile for each weight, rows its units, columns what they read; a vector lies as one
// row, and of the output and the embedding the symbols run across (weight_turned). Values are square tiles, gradients
// pills, dots or blocks by the size of a tile. Where a tile would be too small a cell stands for several weights and
// shows the largest of them; or a window of the block is shown weight by weight.

#include "scene.h"

enum weight_map_kind { WEIGHT_MAP_VALUE, WEIGHT_MAP_GRADIENT };

// Where the tiles of a block lie in a rectangle; the same for both kinds.
struct weight_map {
    struct weight_block block;
    int param, down, across;        // weights of the block as it lies
    bool turned;                    // its rows run across
    int top, left;                  // first weight of the window
    int rows, columns;              // cells
    int merged_down, merged_across; // weights that a cell stands for
    float tile;
    rect area;          // of the cells
    double scale;       // of the values: that of the deepest colours
    int gradient_power; // gradients are drawn times ten to this, so that the largest can be seen
};
// window: show a part of the block at full size where not all fits; it contains the chosen entry.
struct weight_map weight_map_plan(const struct scene *scene, rect r, bool window);
bool weight_map_fits(const struct scene *scene, rect r); // every weight has a tile of its own
// The cell under the pointer, if any: its card is drawn last, over everything.
struct weight_hover {
    bool on;
    enum weight_map_kind kind;
    int row, column;
    struct weight_map map;
};
void weight_hover_draw(struct ui *ui, const struct scene *scene, const struct weight_hover *hover);
bool weight_map_has_symbols(const struct scene *scene); // letters stand under its columns where they fit: 18 px more
// Draws it; a click chooses an entry and takes the keyboard, arrows move it. id: tells two maps of one view apart.
void weight_map_draw(struct ui *ui, const struct scene *scene, const struct weight_map *map, enum weight_map_kind kind,
                     const char *id, struct weight_hover *hover);
// "times 100": what the gradients are drawn with; "" where that is 1.
void weight_map_power(const struct weight_map *map, char *out, size_t size);
// Under the cells, what rows and columns are and what is shown of them: "rows: units; columns: what they read; a cell
// shows the largest of 4 × 4". power: with the above.
void weight_map_caption(struct ui *ui, const struct scene *scene, const struct weight_map *map, float x, float width,
                        bool power);
