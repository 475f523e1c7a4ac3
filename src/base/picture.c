#include "picture.h"

#include <string.h>

int picture_pitch(const char *name) {
    static const int steps[] = {9, 11, 0, 2, 4, 5, 7}; // A to G above C
    if (name[0] < 'A' || name[0] > 'G') return -1;
    int pitch = steps[name[0] - 'A'], at = 1;
    if (name[at] == 'b') pitch--, at++;
    if (name[at] < '0' || name[at] > '9' || name[at + 1]) return -1;
    return pitch + 12 * (name[at] - '0' + 1);
}
