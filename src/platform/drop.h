#pragma once
// What is dropped on the window. The system hands it on in pieces: a beginning, a file (or a line of a text) each, and
// an end; here they become one event. Internal to platform/.

#include "input.h"
#include <SDL.h>

struct drop {
    char **pieces; // being collected, or given out with the last event
    int count;
    bool text;
};
// Takes a drop event of SDL; true at the end: *event is then INPUT_DROP, and borrows from the drop.
bool drop_collect(struct drop *drop, const SDL_Event *from, struct input_event *event);
void drop_forget(struct drop *drop);
