// SPDX-License-Identifier: Apache-2.0
// What a model is run on.
#pragma once

#include <string>
#include <vector>

#include "gears.h"

namespace omrun {

/// One set of inputs.
struct Item {
    std::string name;                ///< what outputs are called
    std::vector<std::string> files;  ///< one for each input; none: made up
};

/// In the order in which they run. Throws for paths that are not there, and for numbers of files that do not fit.
std::vector<Item> find_items(const std::vector<std::string>& paths, const std::vector<Port>& inputs);

/// The inputs of an item. Where dimensions are open they become those of the file, in `shapes` as well.
std::vector<Array> load_item(const Item& item, const Model& model, const Options& options, Shapes& shapes);

}  // namespace omrun
