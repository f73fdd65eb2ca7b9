target_link_libraries(decode_test PRIVATE csv simdjson::simdjson)
