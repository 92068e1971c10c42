// SPDX-License-Identifier: Apache-2.0
// Every function of the table with every kind of bad argument, one at a time: a documented code and a sentence that
// names the argument, never a crash. The table says what each parameter denotes, so new rows are covered at once.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <limits>
#include <map>
#include <set>
#include <string>
#include <thread>
#include <tuple>
#include <utility>
#include <vector>

#include "acl/acl.h"
#include "acl/acl_op_compiler.h"
#include "acl/ops/acl_cblas.h"
#include "acl/ops/acl_dvpp.h"

namespace {

using Words = std::vector<uint64_t>;

// Objects that belong to no device: how the table calls them, and how one is made and destroyed.
struct ClientObject {
    std::function<void*()> make;
    std::function<int(void*)> destroy;
};
template <class T>
ClientObject client_object(T* (*make)(), aclError (*destroy)(T*)) {
    return {[make]() -> void* { return make(); }, [destroy](void* object) { return destroy(static_cast<T*>(object)); }};
}
template <class T>
ClientObject client_object(T* (*make)(), aclError (*destroy)(const T*)) {
    return {[make]() -> void* { return make(); }, [destroy](void* object) { return destroy(static_cast<T*>(object)); }};
}
const std::map<std::string, ClientObject>& client_objects() {
    static const std::map<std::string, ClientObject> kObjects = {
        {"data_buffer",
         client_object<aclDataBuffer>([] { return aclCreateDataBuffer(nullptr, 0); }, aclDestroyDataBuffer)},
        {"dataset", client_object<aclmdlDataset>(aclmdlCreateDataset, aclmdlDestroyDataset)},
        {"model_desc", client_object<aclmdlDesc>(aclmdlCreateDesc, aclmdlDestroyDesc)},
        {"model_config", client_object<aclmdlConfigHandle>(aclmdlCreateConfigHandle, aclmdlDestroyConfigHandle)},
        {"tensor_desc",
         {[]() -> void* {
              const int64_t dim = 4;
              return aclCreateTensorDesc(ACL_FLOAT, 1, &dim, ACL_FORMAT_ND);
          },
          [](void* desc) {
              aclDestroyTensorDesc(static_cast<aclTensorDesc*>(desc));
              return ACL_SUCCESS;
          }}},
        {"op_attr",
         {[]() -> void* { return aclopCreateAttr(); },
          [](void* attr) {
              aclopDestroyAttr(static_cast<aclopAttr*>(attr));
              return ACL_SUCCESS;
          }}},
        {"op_handle",
         {[]() -> void* {
              aclTensorDesc* desc = aclCreateTensorDesc(ACL_FLOAT, 0, nullptr, ACL_FORMAT_ND);
              aclopHandle* handle = nullptr;
              aclopCreateHandleForCast(desc, desc, 0, &handle);
              aclDestroyTensorDesc(desc);
              return handle;
          },
          [](void* handle) {
              aclopDestroyHandle(static_cast<aclopHandle*>(handle));
              return ACL_SUCCESS;
          }}},
        {"aipp", client_object<aclmdlAIPP>([] { return aclmdlCreateAIPP(1); }, aclmdlDestroyAIPP)},
        {"dvpp_channel", client_object<acldvppChannelDesc>(acldvppCreateChannelDesc, acldvppDestroyChannelDesc)},
        {"pic_desc", client_object<acldvppPicDesc>(acldvppCreatePicDesc, acldvppDestroyPicDesc)},
        {"batch_pic_desc",
         client_object<acldvppBatchPicDesc>([] { return acldvppCreateBatchPicDesc(2); }, acldvppDestroyBatchPicDesc)},
        {"stream_desc", client_object<acldvppStreamDesc>(acldvppCreateStreamDesc, acldvppDestroyStreamDesc)},
        {"roi_config",
         client_object<acldvppRoiConfig>([] { return acldvppCreateRoiConfig(0, 9, 0, 5); }, acldvppDestroyRoiConfig)},
        {"resize_config", client_object<acldvppResizeConfig>(acldvppCreateResizeConfig, acldvppDestroyResizeConfig)},
        {"jpege_config", client_object<acldvppJpegeConfig>(acldvppCreateJpegeConfig, acldvppDestroyJpegeConfig)},
        {"border_config", client_object<acldvppBorderConfig>(acldvppCreateBorderConfig, acldvppDestroyBorderConfig)},
        {"venc_channel", client_object<aclvencChannelDesc>(aclvencCreateChannelDesc, aclvencDestroyChannelDesc)},
        {"venc_frame_config", client_object<aclvencFrameConfig>(aclvencCreateFrameConfig, aclvencDestroyFrameConfig)},
        {"vdec_channel", client_object<aclvdecChannelDesc>(aclvdecCreateChannelDesc, aclvdecDestroyChannelDesc)},
        {"vdec_frame_config", client_object<aclvdecFrameConfig>(aclvdecCreateFrameConfig, aclvdecDestroyFrameConfig)},
    };
    return kObjects;
}

using Scratch = std::array<uint64_t, sizeof(aclAippInfo) / 8 + 1024>;  // room for the largest structure

// One parameter of the table: "size:positive", "policy:range:0:5".
struct Param {
    explicit Param(const std::string& spec) {
        const size_t colon = spec.find(':');
        name = spec.substr(0, colon);
        what = spec.substr(colon + 1);
        if (what.rfind("range:", 0) == 0) {
            const size_t split = what.find(':', 6);
            min = std::stoll(what.substr(6, split - 6));
            max = std::stoll(what.substr(split + 1));
            what = "range";
        }
    }
    bool is_handle() const {
        static const std::set<std::string> kOfDevices = {"stream", "event", "context", "exception_info"};
        return kOfDevices.count(what) != 0 || client_objects().count(what) != 0;
    }
    // The other handles may not be null: a null stream is the default one.
    bool may_be_null() const { return !is_handle() || what == "stream"; }
    // The caller's own: results go there, or a text is read from there.
    bool is_callers_storage() const { return what == "out" || what == "path" || what == "non_null"; }
    bool is_memory() const { return what == "memory" || what == "device_memory" || what == "host_memory"; }

    std::string name;
    std::string what;
    long long min = 0;
    long long max = 0;
};

template <class T>
T from_word(uint64_t word) {
    if constexpr (std::is_pointer_v<T>) {
        return reinterpret_cast<T>(word);
    } else {
        return static_cast<T>(word);
    }
}

// What a function that returns a value gives when it fails: null, "", 0, or -1: the undefined member of an enumeration,
// an unknown dimension or number.
template <class R>
bool is_nothing(R value) {
    if constexpr (std::is_same_v<R, const char*>) {
        return value == nullptr || *value == '\0';
    } else if constexpr (std::is_enum_v<R> || std::is_same_v<R, int64_t> || std::is_same_v<R, uint32_t>) {
        return static_cast<int>(value) == -1 || value == R{};
    } else {
        return value == R{};
    }
}

// The code a function answered, or left in a message if it returns a value; the message is of this call only.
template <class R, class... Args, size_t... I>
int call(R (*function)(Args...), const Words& words, std::string& message, std::index_sequence<I...>) {
    static_cast<void>(words);
    aclGetRecentErrMsg();
    int code = ACL_SUCCESS;
    bool gave_nothing = true;
    if constexpr (std::is_same_v<R, aclError>) {
        code = function(from_word<Args>(words[I])...);
    } else if constexpr (std::is_void_v<R>) {
        function(from_word<Args>(words[I])...);
    } else {
        gave_nothing = is_nothing(function(from_word<Args>(words[I])...));
    }
    const char* left = aclGetRecentErrMsg();
    message = left == nullptr ? "" : left;
    if constexpr (!std::is_same_v<R, aclError>) {
        code = std::atoi(message.c_str());
        EXPECT_TRUE(code == ACL_SUCCESS || gave_nothing) << "a failure gives a value: " << message;
    }
    return code;
}
template <class R, class... Args>
int call(R (*function)(Args...), const Words& words, std::string& message) {
    return call(function, words, message, std::index_sequence_for<Args...>());
}

struct Function {
    std::string name;
    std::function<int(const Words&, std::string&)> invoke;
    std::vector<Param> params;
};

std::vector<Param> params(std::initializer_list<const char*> specs) {
    std::vector<Param> parsed;
    for (const char* spec : specs) {
        parsed.emplace_back(spec);
    }
    return parsed;
}

const std::vector<Function>& functions() {
    static const std::vector<Function> kFunctions = {
#define FUNCTION(name, ...)                                                                       \
    {#name, [](const Words& words, std::string& message) { return call(&name, words, message); }, \
     params({__VA_ARGS__})},
#include "api/generated/functions.inc"
#undef FUNCTION
    };
    return kFunctions;
}

// Live objects of every kind, made anew for each call: many of the functions destroy what they get.
class World {
   public:
    World() {
        aclFinalize();  // a test before this one may have initialized
        EXPECT_EQ(aclInit(nullptr), ACL_SUCCESS);
        EXPECT_EQ(aclrtSetDevice(0), ACL_SUCCESS);
        EXPECT_EQ(aclrtCreateContext(&context_, 0), ACL_SUCCESS);
        EXPECT_EQ(aclrtCreateStream(&stream_), ACL_SUCCESS);
        EXPECT_EQ(aclrtCreateEvent(&event_), ACL_SUCCESS);
        for (const auto& [name, kind] : client_objects()) {
            EXPECT_NE(objects_[name] = kind.make(), nullptr) << name;
        }
        EXPECT_EQ(aclmdlAddDatasetBuffer(static_cast<aclmdlDataset*>(objects_["dataset"]),
                                         static_cast<aclDataBuffer*>(objects_["data_buffer"])),
                  ACL_SUCCESS);
        EXPECT_EQ(aclrtMalloc(&device_memory_, kMemory, ACL_MEM_MALLOC_NORMAL_ONLY), ACL_SUCCESS);
        EXPECT_EQ(aclrtMallocHost(&host_memory_, kMemory), ACL_SUCCESS);
        aclGetRecentErrMsg();  // what is read later belongs to the call under test
    }
    ~World() {
        aclFinalize();
        aclGetRecentErrMsg();
    }

    uint64_t good(const Param& param) {
        const auto word = [](const void* address) { return reinterpret_cast<uint64_t>(address); };
        if (param.is_callers_storage()) return word(scratch_.data());  // as a text, it is empty
        if (param.what == "stream") return word(stream_);
        if (param.what == "event") return word(event_);
        if (param.what == "context") return word(context_);
        if (const auto object = objects_.find(param.what); object != objects_.end()) return word(object->second);
        if (param.what == "exception_info") return 0;  // there is one only while a function of the program runs
        if (param.what == "device_memory" || param.what == "memory") return word(device_memory_);
        if (param.what == "host_memory") return word(host_memory_);
        if (param.what == "positive") return 64;
        if (param.name.rfind("dataType", 0) == 0) return ACL_FLOAT16;
        if (param.what == "range") return static_cast<uint64_t>(param.min == 0 && param.max > 64 ? 64 : param.min);
        if (param.what == "plain") return 0;
        ADD_FAILURE() << "the table has a kind this test does not know: " << param.what;
        return 0;
    }
    Words good(const Function& function) {
        const bool takes_memory = std::any_of(function.params.begin(), function.params.end(),
                                              [](const Param& param) { return param.is_memory(); });
        Words words;
        for (const Param& param : function.params) {
            // Something to copy or set, or a bad address would never be touched.
            words.push_back(takes_memory && param.what == "plain" ? 64 : good(param));
        }
        return words;
    }
    uint64_t destroyed(const Param& param) {
        void* object = nullptr;
        if (param.what == "stream") {
            EXPECT_EQ(aclrtCreateStream(&object), ACL_SUCCESS);
            EXPECT_EQ(aclrtDestroyStream(object), ACL_SUCCESS);
        } else if (param.what == "event") {
            EXPECT_EQ(aclrtCreateEvent(&object), ACL_SUCCESS);
            EXPECT_EQ(aclrtDestroyEvent(object), ACL_SUCCESS);
        } else if (const auto kind = client_objects().find(param.what); kind != client_objects().end()) {
            object = kind->second.make();
            EXPECT_EQ(kind->second.destroy(object), ACL_SUCCESS);
        } else if (param.what == "exception_info") {
            static aclrtExceptionInfo* s_info = nullptr;
            EXPECT_EQ(aclrtSetExceptionInfoCallback([](aclrtExceptionInfo* info) { s_info = info; }), ACL_SUCCESS);
            EXPECT_EQ(aclrtMemcpyAsync(host_memory_, 64, host_memory_, 64, ACL_MEMCPY_HOST_TO_HOST, stream_),
                      ACL_SUCCESS);
            EXPECT_NE(settle(), ACL_SUCCESS);
            object = s_info;
        } else {
            EXPECT_EQ(aclrtCreateContext(&object, 0), ACL_SUCCESS);
            EXPECT_EQ(aclrtDestroyContext(object), ACL_SUCCESS);
            EXPECT_EQ(aclrtSetCurrentContext(context_), ACL_SUCCESS);
        }
        return reinterpret_cast<uint64_t>(object);
    }
    uint64_t foreign(const Param& param) {
        return reinterpret_cast<uint64_t>(param.what == "event" ? stream_ : event_);
    }
    aclError settle() { return aclrtSynchronizeStream(stream_); }

   private:
    static constexpr size_t kMemory = 64 * 64 * sizeof(float);  // a matrix

    aclrtContext context_ = nullptr;
    aclrtStream stream_ = nullptr;
    aclrtEvent event_ = nullptr;
    std::map<std::string, void*> objects_;
    void* device_memory_ = nullptr;
    void* host_memory_ = nullptr;
    Scratch scratch_{};
};

// Handles that may be null, beside streams.
const std::set<std::string> kOptional = {
    "aclvdecSendFrame config",    "aclvdecSendSkippedFrame config", "aclopExecute attr",      "aclopExecuteV2 attr",
    "aclopCreateHandle opAttr",   "aclopInferShape attr",           "aclopUpdateParams attr", "aclopCompile attr",
    "aclopCompileAndExecute attr"};

// The parameter is a pointer: the list of all tests is made in each process, and would copy and print all functions.
class Misuse : public testing::TestWithParam<const Function*> {
   protected:
    static const Function& function() { return *GetParam(); }

    // Calls with one bad argument. An asynchronous function may notice when the stream gets there.
    void expect_refused(World& world, size_t index, uint64_t bad, const std::string& what) {
        const Param& param = function().params[index];
        Words words = world.good(function());
        words[index] = bad;
        std::string message;
        int code = function().invoke(words, message);
        if (code == ACL_SUCCESS) {
            code = world.settle();
            const char* late = aclGetRecentErrMsg();
            message = late == nullptr ? "" : late;
        }
        EXPECT_NE(code, ACL_SUCCESS) << param.name << " is " << what;
        EXPECT_NE(message.find(std::to_string(code)), std::string::npos) << param.name << " is " << what << message;
        EXPECT_NE(message.find(param.name), std::string::npos) << param.name << " is " << what << message;
    }
};

TEST_P(Misuse, WithOneBadArgument) {
    for (size_t i = 0; i < function().params.size(); ++i) {
        const Param& param = function().params[i];
        const auto refuses = [&](uint64_t bad, const std::string& what) {
            World world;
            expect_refused(world, i, bad, what);
        };
        const bool optional = kOptional.count(function().name + " " + param.name) != 0;
        if (param.what == "out" || param.is_memory() || !(optional || param.may_be_null())) {
            refuses(0, "null");
        }
        if (param.what == "non_null") {
            refuses(0, "null");
        }
        if (param.what == "positive") {
            refuses(0, "0");
        }
        if (param.what == "range") {
            refuses(static_cast<uint64_t>(param.min - 1), "below the range");
            refuses(static_cast<uint64_t>(param.max + 1), "above the range");
            refuses(static_cast<uint64_t>(std::numeric_limits<int>::max()), "far above the range");
        }
        if (param.is_handle() || param.is_memory()) {
            refuses(0x1234, "a small number");
            refuses(0xffff800000000040, "a kernel address");
            refuses(0x5020000000ffffff, "a handle that was never given out");
        }
        if (param.is_handle()) {
            World world;
            const uint64_t destroyed = world.destroyed(param);
            expect_refused(world, i, destroyed, "destroyed");
            expect_refused(world, i, world.foreign(param), "a handle of another kind");
        }
    }
}

TEST_P(Misuse, BeforeInitializationDoesNotCrash) {
    Scratch scratch{};
    Words words;
    for (const Param& param : function().params) {
        words.push_back(param.what == "out" ? reinterpret_cast<uint64_t>(scratch.data()) : 0);
    }
    std::string message;
    if (function().invoke(words, message) != ACL_SUCCESS) {
        EXPECT_NE(message, "");
    }
}

TEST_P(Misuse, AfterFinalizationStaleObjectsAreRefused) {
    Scratch scratch{};
    bool uses_objects = false;
    Words stale;
    {
        World world;
        stale = world.good(function());
        for (const Param& param : function().params) {
            uses_objects |= param.is_handle() || param.what == "device_memory" || param.what == "host_memory";
        }
        for (size_t i = 0; i < stale.size(); ++i) {
            if (function().params[i].is_callers_storage()) {
                stale[i] = reinterpret_cast<uint64_t>(scratch.data());
            }
        }
    }
    std::string message;
    const int code = function().invoke(stale, message);
    if (uses_objects) {
        EXPECT_NE(code, ACL_SUCCESS);
        EXPECT_NE(message, "");
    }
}

// Objects of every kind that live in the parent: the child gets one error from every function, and no function waits.
TEST(EveryFunction, RefusesAfterAFork) {
    // These tell facts that no use of the library changes, or errors.
    const std::set<std::string> answers = {"aclGetRecentErrMsg", "aclrtGetSocName"};
    World world;
    EXPECT_EQ(world.settle(), ACL_SUCCESS);
    std::vector<Words> arguments;
    for (const Function& function : functions()) {
        arguments.push_back(world.good(function));
    }
    fflush(nullptr);
    // Threads come to rest. A sanitizer's allocator that one of them uses at the moment stays locked in the child.
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    const pid_t child = fork();
    ASSERT_NE(child, -1);
    if (child == 0) {
        alarm(30);
        int wrong = 0;
        for (size_t i = 0; i < functions().size(); ++i) {
            const Function& function = functions()[i];
            std::string message;
            const int code = function.invoke(arguments[i], message);
            if (answers.count(function.name) == 0 && code != ACL_ERROR_INTERNAL_ERROR) {
                fprintf(stderr, "%s answers %d after a fork: %s\n", function.name.c_str(), code, message.c_str());
                ++wrong;
            }
        }
        fflush(nullptr);
        _exit(wrong == 0 ? 0 : 1);
    }
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
    EXPECT_EQ(world.settle(), ACL_SUCCESS) << "the parent goes on";
}

std::vector<const Function*> pointers() {
    std::vector<const Function*> all;
    for (const Function& function : functions()) {
        all.push_back(&function);
    }
    return all;
}

INSTANTIATE_TEST_SUITE_P(Functions, Misuse, testing::ValuesIn(pointers()),
                         [](const auto& instance) { return instance.param->name; });

}  // namespace
