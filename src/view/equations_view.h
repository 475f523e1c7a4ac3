#pragma once
// What the view "equations" keeps from frame to frame.

struct equations_memory {
    int open;   // the equation that shows its numbers beside the running one, from 1; 0 = none
    int focus;  // the one that has the keyboard, from 1
    int symbol; // chosen in it by the arrows; -1 = none
    int shown;  // position that was scrolled into view, from 1
};
