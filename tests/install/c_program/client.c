/* Device memory from C: what comes back is what was sent, and a mistake has a code. */
#include <stdio.h>
#include <string.h>

#include "acl/acl.h"

#define CHECK(call)                                   \
    do {                                              \
        aclError code = (call);                       \
        if (code != ACL_SUCCESS) {                    \
            fprintf(stderr, "%s: %d\n", #call, code); \
            return 1;                                 \
        }                                             \
    } while (0)

int main(void) {
    const char sent[] = "there and back again";
    char received[sizeof sent] = {0};
    void* device = NULL;

    CHECK(aclInit(NULL));
    CHECK(aclrtSetDevice(0));
    CHECK(aclrtMalloc(&device, sizeof sent, ACL_MEM_MALLOC_HUGE_FIRST));
    CHECK(aclrtMemcpy(device, sizeof sent, sent, sizeof sent, ACL_MEMCPY_HOST_TO_DEVICE));
    CHECK(aclrtMemcpy(received, sizeof received, device, sizeof sent, ACL_MEMCPY_DEVICE_TO_HOST));
    if (aclrtMalloc(NULL, 1, ACL_MEM_MALLOC_HUGE_FIRST) == ACL_SUCCESS) {
        fprintf(stderr, "a null pointer was accepted\n");
        return 1;
    }
    CHECK(aclrtFree(device));
    CHECK(aclrtResetDevice(0));
    CHECK(aclFinalize());
    return memcmp(sent, received, sizeof sent) != 0;
}
