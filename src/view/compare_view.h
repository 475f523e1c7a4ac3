#pragma once
// What the view of models side by side keeps from frame to frame.

enum { COMPARE_NAMES = 64, COMPARE_NAME = 128 };
struct compare_memory {
    int chain; // which layer and direction: an index of chain_get()
    // Tensors of the other models, "rival1/forward/loss": as they are named while a frame is drawn and looked at.
    char names[COMPARE_NAMES][COMPARE_NAME];
    int name_count;
};
