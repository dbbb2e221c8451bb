using System.ComponentModel;
using System.Text.Encodings.Web;
using System.Text.Json;
using Kiket.Api.Authentication;
using Kiket.Api.Http;
using Kiket.Application.Extensions;
using Kiket.Domain.Common;
using Kiket.Domain.Tokens;
using MediatR;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Kiket.Api.Extensions;

/// <summary>The storage of an extension.</summary>
internal static class StorageEndpoints
{
    public static void MapStorage(this IEndpointRouteBuilder api)
    {
        var storage = api.MapGroup("/ext/storage").WithTags("Extension API");

        storage.MapGet("/", ListStoredValues).WithName(nameof(ListStoredValues)).Reads(Scope.Storage);
        storage.MapGet("/{key}", GetStoredValue).WithName(nameof(GetStoredValue)).Reads(Scope.Storage);
        storage.MapPut("/{key}", PutStoredValue).WithName(nameof(PutStoredValue)).Writes(Scope.Storage);
        storage.MapDelete("/{key}", DeleteStoredValue).WithName(nameof(DeleteStoredValue)).Writes(Scope.Storage);
    }

    /// <summary>Lists the keys of the extension's stored values.</summary>
    private static async Task<Results<Ok<DataPage<StoredKeyDto>>, ErrorResult>> ListStoredValues(
        [AsParameters] PageParameters parameters,
        IMediator mediator,
        CancellationToken ct
    ) => (await mediator.Send(new ListStoredValuesQuery(parameters.ToPage()), ct)).ToOk(DataPage<StoredKeyDto>.Of);

    /// <summary>Reads one stored value of the extension.</summary>
    private static async Task<Results<Resource<StoredValueDto>, ErrorResult>> GetStoredValue(
        string key,
        IMediator mediator,
        CancellationToken ct
    ) => (await mediator.Send(new GetStoredValueQuery(key), ct)).ToResource();

    /// <summary>
    /// Stores a value under a key. With `If-Match`, it only replaces the version that you have seen; with `If-None-Match: *`, it
    /// only stores a new key.
    /// </summary>
    private static async Task<Results<Resource<StoredValueDto>, ErrorResult>> PutStoredValue(
        string key,
        StoredValueBody body,
        IfMatch ifMatch,
        [FromHeader(Name = "If-None-Match"), Description("`*` to store the value only if the key is new.")] string? ifNoneMatch,
        IMediator mediator,
        CancellationToken ct
    ) =>
        body.ToJson() is { } json
            ? (await mediator.Send(new PutStoredValueCommand(key, json, ifMatch.Version, ifNoneMatch == "*"), ct)).ToResource()
            : new ErrorResult(Error.Validation("value", "value is missing; null is also a value."));

    /// <summary>Deletes a stored value of the extension.</summary>
    private static async Task<Results<Ok<Success>, ErrorResult>> DeleteStoredValue(
        string key,
        IfMatch ifMatch,
        IMediator mediator,
        CancellationToken ct
    ) => (await mediator.Send(new DeleteStoredValueCommand(key, ifMatch.Version), ct)).ToSuccess();
}

[Envelope("entry")]
internal sealed record StoredValueBody
{
    private static readonly JsonSerializerOptions Short = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Any JSON, at most 65,536 bytes of UTF-8.</summary>
    public JsonElement Value { get; init; }

    public string? ToJson() => Value.ValueKind is JsonValueKind.Undefined ? null : JsonSerializer.Serialize(Value, Short);
}
