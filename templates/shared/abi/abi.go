//go:build wasip1

// Package abi is where values from the host land.
//
// The host calls cabi_realloc to get room for every string and list that it
// passes in. While it does so the component may call no import, and Go's
// collector reads a clock, which is one. So the room comes from memory that is
// not Go's heap: handing it out neither allocates nor collects. Who gets a value
// copies it and then calls Release.
package abi

import (
	"strings"
	"unsafe"
)

const (
	smallSize   = 256 << 10
	adapterSize = 128 << 10
)

// The three regions. The first two are zeroed data of the module: they take no
// room in the file.
var (
	small     [smallSize]byte
	smallUsed uintptr

	large                unsafe.Pointer
	largeUsed, largeSize uintptr

	adapter     [adapterSize]byte
	adapterUsed uintptr
)

// sbrk gives whole pages of linear memory that Go's heap will never hold. The
// runtime does not export it, hence -checklinkname=0 and the empty assembly file,
// which lets a function stand here without a body.
//
//go:linkname sbrk runtime.sbrk
func sbrk(size uintptr) unsafe.Pointer

// Stack checks are left out (nosplit), since they are where Go may switch to
// another goroutine or to the collector.
//
//go:nosplit
//go:wasmexport cabi_realloc
func cabiRealloc(old unsafe.Pointer, oldSize, align, size uint32) unsafe.Pointer {
	room := take(uintptr(align), uintptr(size))
	for i := uintptr(0); i < uintptr(min(oldSize, size)); i++ {
		*(*byte)(unsafe.Add(room, i)) = *(*byte)(unsafe.Add(old, i))
	}
	return room
}

//go:nosplit
func take(align, size uintptr) unsafe.Pointer {
	start := roundUp(uintptr(unsafe.Pointer(&small))+smallUsed, align) - uintptr(unsafe.Pointer(&small))
	if start+size <= smallSize {
		smallUsed = start + size
		return unsafe.Add(unsafe.Pointer(&small), start)
	}
	start = roundUp(largeUsed, align) // pages are aligned to more than any value
	if large == nil || start+size > largeSize {
		// The region before stays as it is: values in it may not have been copied yet.
		largeSize = max(size, 2*largeSize, 2<<20)
		large = sbrk(largeSize)
		if large == nil {
			largeSize = 0
			trap()
		}
		start = 0
	}
	largeUsed = start + size
	return unsafe.Add(large, start)
}

// What the preview 1 adapter keeps lives as long as the instance, and it asks
// for it while Go is still starting.
//
//go:nosplit
//go:wasmexport cabi_realloc_adapter
func cabiReallocAdapter(_ unsafe.Pointer, _, align, size uint32) unsafe.Pointer {
	start := roundUp(uintptr(unsafe.Pointer(&adapter))+adapterUsed, uintptr(align)) - uintptr(unsafe.Pointer(&adapter))
	if start+uintptr(size) > adapterSize {
		trap()
	}
	adapterUsed = start + uintptr(size)
	return unsafe.Add(unsafe.Pointer(&adapter), start)
}

//go:nosplit
func roundUp(n, align uintptr) uintptr {
	return (n + align - 1) &^ (align - 1)
}

// trap ends the instance where there is no memory left. A panic would allocate.
//
//go:nosplit
func trap() {
	*(*byte)(unsafe.Pointer(^uintptr(0) >> 32)) = 0
}

// Release takes back all that the host passed in since the last time.
func Release() {
	smallUsed, largeUsed = 0, 0
}

// String copies what the host left at address.
func String(address, size uint32) string {
	if size == 0 {
		return ""
	}
	return string(unsafe.Slice((*byte)(unsafe.Pointer(uintptr(address))), size))
}

// Text is value as a host takes it: it ends an instance whose text is no UTF-8.
func Text(value string) string { return strings.ToValidUTF8(value, "\uFFFD") }
