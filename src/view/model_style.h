#pragma once
// How compared models are told apart wherever several are in one picture: each by its colour, its dash and its mark, so
// that any one of the three is enough. Model 0 is the guide's mA (dashed, squares), 1 its mB (solid, circles).

#include "draw.h"
#include "theme.h"

enum { MODEL_STYLES = 4 };

color model_ink(const struct theme *theme, int model);
// Strokes the path that was collected, in the model's dash.
void model_stroke(struct draw_list *list, const struct theme *theme, int model, float width);
void model_stroke_as(struct draw_list *list, int model, color ink, float width); // in another ink
// Thin and pale: the same model at another time.
void model_stroke_pale(struct draw_list *list, const struct theme *theme, int model);
// Square, circle, triangle, diamond; hollow, on the ground of a card.
void model_mark(struct draw_list *list, const struct theme *theme, int model, point at, float radius);
// The same filled, with the card's ground around it.
void model_mark_full(struct draw_list *list, const struct theme *theme, int model, point at, float radius);
// A piece of its line with its mark in the middle, from x on, MODEL_SAMPLE wide, at the height y.
enum { MODEL_SAMPLE = 34 };
void model_sample(struct draw_list *list, const struct theme *theme, int model, float x, float y);
