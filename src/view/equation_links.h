#pragma once
// The symbols of an equation as links: what one stands for is shown in a card, and a click goes to where it is
// computed.

#include "inspector_parts.h"

// The page's link of this frame: underlined, lit in every view, with a card; false when its key cannot be read.
bool link_take(struct page *page, const struct math_link *link);

// The position right after the step that makes it; -1: there is none (the zero state, what lies outside the sequence).
int link_position(const struct page *page, const struct label_target *target);
void link_card(struct page *page, const struct label_target *target, const char *markup, rect at);
void link_go(struct page *page, const struct label_target *target);
