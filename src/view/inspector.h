#pragma once
// The right panel: the small cell diagram, the equation of the running step in symbols and with the numbers
// of the chosen unit, its largest terms (forward), or the chain-rule ledger (backward), loss, clip and
// update.

#include "scene.h"

void view_inspector(struct ui *ui, rect r, const struct scene *scene);
