#pragma once
// A lesson on paper: one HTML file that holds all it needs, with print rules for A4. Each part with its picture as the
// program draws it at the part's scene, its text and its tasks with room to write; hints are left out. At the end, on a
// page of its own, the answers as the network gives them.

#include "app.h"

struct handout {
    const char *path; // saved whole or not at all
    bool answers;
    double picture_scale; // pixels of a picture for one of the window
};
// app: with the lesson open, made to wait. Goes through all parts of the lesson.
bool handout_save(struct app *app, const struct handout *handout, struct err *err);
