#pragma once
// Inputs as pictures: a frame of sound, notes, a figure, words by their tags, bases of DNA (base/picture.h). They show
// the numbers that the network reads, and symbols of the record; nothing is computed but where to draw.

#include "scene.h"

// What is drawn of one side of a record.
struct input_picture {
    struct picture_of_input what;
    const struct record *record; // of the side
    int slot;                    // of its input
    int lowest, highest;         // MIDI pitches that occur
};
// what.kind is NONE where the record cannot be drawn so: another number of channels, symbols that are no notes.
struct input_picture input_picture_of(const struct scene *scene, const struct record *side);
bool input_picture_fills(const struct input_picture *picture); // its columns are pictures, not tokens
const double *input_picture_values(const struct input_picture *picture, int t);

// How a column looks.
enum picture_look { LOOK_PLAIN, LOOK_AHEAD };
// The picture of timestep t; columns side by side make one picture.
void input_picture_draw(struct draw_list *list, const struct theme *theme, const struct input_picture *picture, rect r,
                        int t, enum picture_look look);
// The number under a point of the column, and where it is drawn; -1 where there is none.
int input_picture_hit(const struct input_picture *picture, rect r, int t, point at, rect *tile);
// A figure as high as r at its full height; its hips stand in the middle.
void input_picture_figure(struct draw_list *list, const double *joints, rect r, color near, color far, float width);

// The pitch that sounds where symbols are notes, and whether it begins at t; -1: none.
int input_picture_note(const struct input_picture *picture, int t, bool *begins);
// Colour of an entity's tag, or of a base, at t; alpha 0: none.
color input_picture_ink(const struct theme *theme, const struct input_picture *picture, int t);
// Whether the entity at t goes on from the word before.
bool input_picture_goes_on(const struct input_picture *picture, int t);
// "person" of "B-person", or NULL.
const char *input_picture_entity(const struct input_picture *picture, int t);
// In words, what is seen; "" = nothing to say.
void input_picture_words(const struct input_picture *picture, int t, char *out, size_t size);
