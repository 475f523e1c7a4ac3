#pragma once
// The bottom bar: phases and timesteps from the script, transport, speed, granularity, where one is. And its commands.

#include "scene.h"

struct transport {
    bool playing;
    double speed; // 0.25 .. 8
    enum granularity by;
};
enum transport_command {
    TRANSPORT_NONE,
    TRANSPORT_START,
    TRANSPORT_BACK,
    TRANSPORT_PLAY,
    TRANSPORT_STEP,
    TRANSPORT_END,
    TRANSPORT_SEEK
};
// Draws; returns what was asked for. TRANSPORT_SEEK: *seek is the position clicked or dragged to.
enum transport_command view_timeline(struct ui *ui, rect r, const struct scene *scene, struct transport *transport,
                                     int *seek);
