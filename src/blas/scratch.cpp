// SPDX-License-Identifier: Apache-2.0
#include "blas/scratch.h"

#include <cstdlib>
#include <mutex>
#include <vector>

#include "acl/acl_base.h"

namespace softacl::blas {
namespace {

constexpr size_t kAlignment = 64;
constexpr size_t kWorthKeeping = size_t{1} << 20;
constexpr size_t kMostKept = size_t{256} << 20;

struct Block {
    void* memory;
    size_t size;
};

// What no run uses at the moment.
class Kept {
   public:
    static Kept& instance() {
        static auto& kept = *new Kept;  // never destroyed: worker threads outlive main
        return kept;
    }

    /// The smallest block of at least this size, if there is one.
    Block take(size_t size) {
        const std::lock_guard lock(mutex_);
        auto best = blocks_.end();
        for (auto block = blocks_.begin(); block != blocks_.end(); ++block) {
            if (block->size >= size && (best == blocks_.end() || block->size < best->size)) {
                best = block;
            }
        }
        if (best == blocks_.end()) {
            return {nullptr, 0};
        }
        const Block taken = *best;
        blocks_.erase(best);
        total_ -= taken.size;
        return taken;
    }

    /// Makes room for it by freeing the blocks that were given first.
    void give(Block block) {
        const std::lock_guard lock(mutex_);
        blocks_.push_back(block);
        total_ += block.size;
        while (total_ > kMostKept) {
            total_ -= blocks_.front().size;
            std::free(blocks_.front().memory);
            blocks_.erase(blocks_.begin());
        }
    }

   private:
    std::mutex mutex_;
    std::vector<Block> blocks_;
    size_t total_ = 0;
};

}  // namespace

Result<Scratch> Scratch::take(size_t size) {
    const size_t rounded = size / kAlignment * kAlignment + 2 * kAlignment;
    if (rounded >= kWorthKeeping) {
        if (const Block kept = Kept::instance().take(rounded); kept.memory != nullptr) {
            return Scratch(kept.memory, kept.size);
        }
    }
    void* const memory = std::aligned_alloc(kAlignment, rounded);
    if (memory == nullptr) {
        return fail(ACL_ERROR_BAD_ALLOC, "the host has no ", size, " bytes of working memory");
    }
    return Scratch(memory, rounded);
}

Scratch::~Scratch() {
    if (memory_ == nullptr) {
        return;
    }
    if (size_ >= kWorthKeeping) {
        Kept::instance().give({memory_, size_});
    } else {
        std::free(memory_);
    }
}

}  // namespace softacl::blas
