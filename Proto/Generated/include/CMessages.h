/* SPDX-License-Identifier: Apache-2.0 */
/* Made by Proto/Generator. Do not edit: run `make proto`. */
#pragma once

#include "auth/v1/admin.pb-c.h"
#include "auth/v1/auth.pb-c.h"
#include "billing/v1/admin.pb-c.h"
#include "common/v1/common.pb-c.h"
#include "billing/v1/billing.pb-c.h"
#include "gateway/v1/admin.pb-c.h"
#include "modelworker/v1/modelworker.pb-c.h"
#include "modelworker/v1/admin.pb-c.h"
#include "moderation/v1/moderation.pb-c.h"
#include "moderation/v1/admin.pb-c.h"
#include "orchestrator/v1/admin.pb-c.h"
#include "orchestrator/v1/orchestrator.pb-c.h"
#include "retriever/v1/admin.pb-c.h"
#include "retriever/v1/retriever.pb-c.h"

/* Swift imports a C constant as a copy, and protobuf-c compares descriptors by address; hence functions. */
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_auth__v1__create_organisation_request(void) { return &parley__auth__v1__create_organisation_request__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_auth__v1__create_organisation_reply(void) { return &parley__auth__v1__create_organisation_reply__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_auth__v1__create_key_request(void) { return &parley__auth__v1__create_key_request__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_auth__v1__create_key_reply(void) { return &parley__auth__v1__create_key_reply__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_auth__v1__revoke_key_request(void) { return &parley__auth__v1__revoke_key_request__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_auth__v1__revoke_key_reply(void) { return &parley__auth__v1__revoke_key_reply__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_auth__v1__list_keys_request(void) { return &parley__auth__v1__list_keys_request__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_auth__v1__list_keys_reply(void) { return &parley__auth__v1__list_keys_reply__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_auth__v1__key_row(void) { return &parley__auth__v1__key_row__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_auth__v1__list_organisations_request(void) { return &parley__auth__v1__list_organisations_request__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_auth__v1__list_organisations_reply(void) { return &parley__auth__v1__list_organisations_reply__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_auth__v1__organisation_row(void) { return &parley__auth__v1__organisation_row__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_auth__v1__create_user_request(void) { return &parley__auth__v1__create_user_request__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_auth__v1__create_user_reply(void) { return &parley__auth__v1__create_user_reply__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_auth__v1__verify_key_request(void) { return &parley__auth__v1__verify_key_request__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_auth__v1__verify_key_reply(void) { return &parley__auth__v1__verify_key_reply__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_auth__v1__login_request(void) { return &parley__auth__v1__login_request__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_auth__v1__login_reply(void) { return &parley__auth__v1__login_reply__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_auth__v1__logout_request(void) { return &parley__auth__v1__logout_request__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_auth__v1__logout_reply(void) { return &parley__auth__v1__logout_reply__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_auth__v1__list_signing_keys_request(void) { return &parley__auth__v1__list_signing_keys_request__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_auth__v1__list_signing_keys_reply(void) { return &parley__auth__v1__list_signing_keys_reply__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_auth__v1__touch_session_request(void) { return &parley__auth__v1__touch_session_request__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_auth__v1__touch_session_reply(void) { return &parley__auth__v1__touch_session_reply__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_billing__v1__get_usage_request(void) { return &parley__billing__v1__get_usage_request__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_billing__v1__get_usage_reply(void) { return &parley__billing__v1__get_usage_reply__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_billing__v1__usage_row(void) { return &parley__billing__v1__usage_row__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_billing__v1__list_reservations_request(void) { return &parley__billing__v1__list_reservations_request__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_billing__v1__list_reservations_reply(void) { return &parley__billing__v1__list_reservations_reply__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_billing__v1__reservation_row(void) { return &parley__billing__v1__reservation_row__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_billing__v1__list_plans_request(void) { return &parley__billing__v1__list_plans_request__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_billing__v1__list_plans_reply(void) { return &parley__billing__v1__list_plans_reply__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_billing__v1__plan_row(void) { return &parley__billing__v1__plan_row__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_billing__v1__set_limits_request(void) { return &parley__billing__v1__set_limits_request__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_billing__v1__set_limits_reply(void) { return &parley__billing__v1__set_limits_reply__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_common__v1__acknowledgement(void) { return &parley__common__v1__acknowledgement__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_common__v1__usage(void) { return &parley__common__v1__usage__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_common__v1__prompt_message(void) { return &parley__common__v1__prompt_message__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_common__v1__sampling(void) { return &parley__common__v1__sampling__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_common__v1__logit_bias(void) { return &parley__common__v1__logit_bias__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_common__v1__token_alternative(void) { return &parley__common__v1__token_alternative__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_common__v1__token_logprob(void) { return &parley__common__v1__token_logprob__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_common__v1__answer_logprobs(void) { return &parley__common__v1__answer_logprobs__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_common__v1__citation(void) { return &parley__common__v1__citation__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_billing__v1__admit_request(void) { return &parley__billing__v1__admit_request__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_billing__v1__admit_reply(void) { return &parley__billing__v1__admit_reply__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_billing__v1__reserve_request(void) { return &parley__billing__v1__reserve_request__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_billing__v1__reserve_reply(void) { return &parley__billing__v1__reserve_reply__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_billing__v1__settle_request(void) { return &parley__billing__v1__settle_request__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_billing__v1__settle_reply(void) { return &parley__billing__v1__settle_reply__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_billing__v1__release_request(void) { return &parley__billing__v1__release_request__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_billing__v1__release_reply(void) { return &parley__billing__v1__release_reply__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_gateway__v1__get_status_request(void) { return &parley__gateway__v1__get_status_request__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_gateway__v1__reached_service(void) { return &parley__gateway__v1__reached_service__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_gateway__v1__get_status_reply(void) { return &parley__gateway__v1__get_status_reply__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_gateway__v1__flush_keys_request(void) { return &parley__gateway__v1__flush_keys_request__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_gateway__v1__flush_keys_reply(void) { return &parley__gateway__v1__flush_keys_reply__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_modelworker__v1__generate_request(void) { return &parley__modelworker__v1__generate_request__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_modelworker__v1__generate_started(void) { return &parley__modelworker__v1__generate_started__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_modelworker__v1__generate_finished(void) { return &parley__modelworker__v1__generate_finished__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_modelworker__v1__generate_event(void) { return &parley__modelworker__v1__generate_event__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_modelworker__v1__embed_texts_request(void) { return &parley__modelworker__v1__embed_texts_request__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_modelworker__v1__embedding_vector(void) { return &parley__modelworker__v1__embedding_vector__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_modelworker__v1__embed_texts_reply(void) { return &parley__modelworker__v1__embed_texts_reply__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_modelworker__v1__rank_texts_request(void) { return &parley__modelworker__v1__rank_texts_request__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_modelworker__v1__rank_texts_reply(void) { return &parley__modelworker__v1__rank_texts_reply__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_modelworker__v1__tokenize_request(void) { return &parley__modelworker__v1__tokenize_request__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_modelworker__v1__tokenize_reply(void) { return &parley__modelworker__v1__tokenize_reply__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_modelworker__v1__watch_load_request(void) { return &parley__modelworker__v1__watch_load_request__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_modelworker__v1__loaded_model(void) { return &parley__modelworker__v1__loaded_model__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_modelworker__v1__load_report(void) { return &parley__modelworker__v1__load_report__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_modelworker__v1__drain_request(void) { return &parley__modelworker__v1__drain_request__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_modelworker__v1__drain_reply(void) { return &parley__modelworker__v1__drain_reply__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_modelworker__v1__undrain_request(void) { return &parley__modelworker__v1__undrain_request__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_modelworker__v1__undrain_reply(void) { return &parley__modelworker__v1__undrain_reply__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_modelworker__v1__get_load_request(void) { return &parley__modelworker__v1__get_load_request__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_modelworker__v1__get_cache_statistics_request(void) { return &parley__modelworker__v1__get_cache_statistics_request__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_modelworker__v1__cache_counts(void) { return &parley__modelworker__v1__cache_counts__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_modelworker__v1__cache_statistics_reply(void) { return &parley__modelworker__v1__cache_statistics_reply__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_modelworker__v1__list_adapters_request(void) { return &parley__modelworker__v1__list_adapters_request__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_modelworker__v1__adapter_row(void) { return &parley__modelworker__v1__adapter_row__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_modelworker__v1__list_adapters_reply(void) { return &parley__modelworker__v1__list_adapters_reply__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_modelworker__v1__load_adapter_request(void) { return &parley__modelworker__v1__load_adapter_request__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_modelworker__v1__load_adapter_reply(void) { return &parley__modelworker__v1__load_adapter_reply__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_modelworker__v1__unload_adapter_request(void) { return &parley__modelworker__v1__unload_adapter_request__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_modelworker__v1__unload_adapter_reply(void) { return &parley__modelworker__v1__unload_adapter_reply__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_moderation__v1__judge_text_request(void) { return &parley__moderation__v1__judge_text_request__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_moderation__v1__redaction(void) { return &parley__moderation__v1__redaction__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_moderation__v1__verdict(void) { return &parley__moderation__v1__verdict__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_moderation__v1__judge_stream_start(void) { return &parley__moderation__v1__judge_stream_start__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_moderation__v1__judge_stream_chunk(void) { return &parley__moderation__v1__judge_stream_chunk__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_moderation__v1__judge_stream_input(void) { return &parley__moderation__v1__judge_stream_input__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_moderation__v1__judge_stream_output(void) { return &parley__moderation__v1__judge_stream_output__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_moderation__v1__explain_text_request(void) { return &parley__moderation__v1__explain_text_request__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_moderation__v1__block_phrase_request(void) { return &parley__moderation__v1__block_phrase_request__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_moderation__v1__block_phrase_reply(void) { return &parley__moderation__v1__block_phrase_reply__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_moderation__v1__list_phrases_request(void) { return &parley__moderation__v1__list_phrases_request__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_moderation__v1__list_phrases_reply(void) { return &parley__moderation__v1__list_phrases_reply__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_moderation__v1__phrase_row(void) { return &parley__moderation__v1__phrase_row__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_orchestrator__v1__list_workers_request(void) { return &parley__orchestrator__v1__list_workers_request__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_orchestrator__v1__worker_row(void) { return &parley__orchestrator__v1__worker_row__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_orchestrator__v1__list_workers_reply(void) { return &parley__orchestrator__v1__list_workers_reply__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_orchestrator__v1__get_turns_request(void) { return &parley__orchestrator__v1__get_turns_request__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_orchestrator__v1__get_turns_reply(void) { return &parley__orchestrator__v1__get_turns_reply__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_orchestrator__v1__route_pool(void) { return &parley__orchestrator__v1__route_pool__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_orchestrator__v1__route_budget(void) { return &parley__orchestrator__v1__route_budget__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_orchestrator__v1__route_row(void) { return &parley__orchestrator__v1__route_row__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_orchestrator__v1__list_routes_request(void) { return &parley__orchestrator__v1__list_routes_request__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_orchestrator__v1__list_routes_reply(void) { return &parley__orchestrator__v1__list_routes_reply__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_orchestrator__v1__set_route_request(void) { return &parley__orchestrator__v1__set_route_request__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_orchestrator__v1__set_route_reply(void) { return &parley__orchestrator__v1__set_route_reply__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_orchestrator__v1__remove_route_request(void) { return &parley__orchestrator__v1__remove_route_request__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_orchestrator__v1__remove_route_reply(void) { return &parley__orchestrator__v1__remove_route_reply__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_orchestrator__v1__explain_route_request(void) { return &parley__orchestrator__v1__explain_route_request__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_orchestrator__v1__passed_over_model(void) { return &parley__orchestrator__v1__passed_over_model__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_orchestrator__v1__complexity_sign(void) { return &parley__orchestrator__v1__complexity_sign__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_orchestrator__v1__explain_route_reply(void) { return &parley__orchestrator__v1__explain_route_reply__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_orchestrator__v1__explain_placement_request(void) { return &parley__orchestrator__v1__explain_placement_request__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_orchestrator__v1__placement_row(void) { return &parley__orchestrator__v1__placement_row__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_orchestrator__v1__explain_placement_reply(void) { return &parley__orchestrator__v1__explain_placement_reply__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_orchestrator__v1__retrieval_request(void) { return &parley__orchestrator__v1__retrieval_request__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_orchestrator__v1__start_turn_request(void) { return &parley__orchestrator__v1__start_turn_request__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_orchestrator__v1__turn_started(void) { return &parley__orchestrator__v1__turn_started__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_orchestrator__v1__turn_citations(void) { return &parley__orchestrator__v1__turn_citations__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_orchestrator__v1__turn_finished(void) { return &parley__orchestrator__v1__turn_finished__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_orchestrator__v1__turn_event(void) { return &parley__orchestrator__v1__turn_event__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_orchestrator__v1__resume_turn_request(void) { return &parley__orchestrator__v1__resume_turn_request__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_orchestrator__v1__cancel_turn_request(void) { return &parley__orchestrator__v1__cancel_turn_request__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_orchestrator__v1__cancel_turn_reply(void) { return &parley__orchestrator__v1__cancel_turn_reply__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_orchestrator__v1__embed_request(void) { return &parley__orchestrator__v1__embed_request__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_orchestrator__v1__embedding(void) { return &parley__orchestrator__v1__embedding__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_orchestrator__v1__embed_reply(void) { return &parley__orchestrator__v1__embed_reply__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_orchestrator__v1__rank_request(void) { return &parley__orchestrator__v1__rank_request__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_orchestrator__v1__rank_reply(void) { return &parley__orchestrator__v1__rank_reply__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_orchestrator__v1__list_models_request(void) { return &parley__orchestrator__v1__list_models_request__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_orchestrator__v1__model_row(void) { return &parley__orchestrator__v1__model_row__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_orchestrator__v1__list_models_reply(void) { return &parley__orchestrator__v1__list_models_reply__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_orchestrator__v1__create_conversation_request(void) { return &parley__orchestrator__v1__create_conversation_request__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_orchestrator__v1__conversation_reply(void) { return &parley__orchestrator__v1__conversation_reply__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_orchestrator__v1__get_conversation_request(void) { return &parley__orchestrator__v1__get_conversation_request__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_orchestrator__v1__list_conversations_request(void) { return &parley__orchestrator__v1__list_conversations_request__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_orchestrator__v1__list_conversations_reply(void) { return &parley__orchestrator__v1__list_conversations_reply__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_orchestrator__v1__delete_conversation_request(void) { return &parley__orchestrator__v1__delete_conversation_request__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_orchestrator__v1__delete_conversation_reply(void) { return &parley__orchestrator__v1__delete_conversation_reply__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_orchestrator__v1__list_items_request(void) { return &parley__orchestrator__v1__list_items_request__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_orchestrator__v1__item_reply(void) { return &parley__orchestrator__v1__item_reply__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_orchestrator__v1__list_items_reply(void) { return &parley__orchestrator__v1__list_items_reply__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_retriever__v1__search_passages_request(void) { return &parley__retriever__v1__search_passages_request__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_retriever__v1__search_passages_reply(void) { return &parley__retriever__v1__search_passages_reply__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_retriever__v1__get_ingestion_request(void) { return &parley__retriever__v1__get_ingestion_request__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_retriever__v1__get_ingestion_reply(void) { return &parley__retriever__v1__get_ingestion_reply__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_retriever__v1__find_passages_request(void) { return &parley__retriever__v1__find_passages_request__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_retriever__v1__find_passages_reply(void) { return &parley__retriever__v1__find_passages_reply__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_retriever__v1__ingest_file_start(void) { return &parley__retriever__v1__ingest_file_start__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_retriever__v1__ingest_file_input(void) { return &parley__retriever__v1__ingest_file_input__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_retriever__v1__file_reply(void) { return &parley__retriever__v1__file_reply__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_retriever__v1__get_file_request(void) { return &parley__retriever__v1__get_file_request__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_retriever__v1__list_files_request(void) { return &parley__retriever__v1__list_files_request__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_retriever__v1__list_files_reply(void) { return &parley__retriever__v1__list_files_reply__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_retriever__v1__delete_file_request(void) { return &parley__retriever__v1__delete_file_request__descriptor; }
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_retriever__v1__delete_file_reply(void) { return &parley__retriever__v1__delete_file_reply__descriptor; }

/* The descriptors of all messages, for tests and tools that go through every one of them. */
extern const ProtobufCMessageDescriptor *const _Nonnull parley_descriptors[];
extern const int parley_descriptor_count;
static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_at(int index) {
    return parley_descriptors[index];
}
