using System.ComponentModel;
using Kiket.Api.Authentication;
using Kiket.Api.Http;
using Kiket.Application.Extensions;
using Kiket.Domain.Common;
using Kiket.Domain.Extensions;
using Kiket.Domain.Projects;
using Kiket.Domain.Tokens;
using MediatR;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Kiket.Api.Extensions;

/// <summary>The secrets of extensions.</summary>
internal static class SecretEndpoints
{
    public static void MapSecrets(this IEndpointRouteBuilder api)
    {
        var secrets = api.MapGroup("/extensions/{extension}/secrets").WithTags("Extensions");

        secrets.MapGet("/", ListSecrets).WithName(nameof(ListSecrets)).ReadsOwn(Scope.Extensions).Produces<SecretKeys>();
        secrets.MapPost("/", CreateSecret).WithName(nameof(CreateSecret)).WritesOwn(Scope.Extensions);
        secrets
            .MapGet("/{key}", GetSecret)
            .WithName(nameof(GetSecret))
            .ReadsOwn(Scope.Extensions)
            .Produces(StatusCodes.Status409Conflict);
        secrets.MapPost("/{key}", SetSecret).WithName(nameof(SetSecret)).WritesOwn(Scope.Extensions);
        secrets.MapPatch("/{key}", RotateSecret).WithName(nameof(RotateSecret)).WritesOwn(Scope.Extensions);
        secrets.MapDelete("/{key}", DeleteSecret).WithName(nameof(DeleteSecret)).WritesOwn(Scope.Extensions);
    }

    /// <summary>Lists the keys of the secrets that an extension can read.</summary>
    /// <remarks>With `format=list` the answer is a bare array of keys with their times.</remarks>
    private static async Task<IResult> ListSecrets(
        ExtensionRef extension,
        [AsParameters] SecretParameters parameters,
        [FromQuery(Name = "format"), Description("`list` for a bare array.")] string? format,
        HttpRequest request,
        IMediator mediator,
        CancellationToken ct
    )
    {
        var listed = await mediator.Send(new ListSecretsQuery(parameters.ToTarget(extension)), ct);
        if (listed.Error is { } error)
            return new ErrorResult(error);

        // Five SDKs accept only one form, the CLI and another SDK only the other (contract, section 12.3).
        var agent = request.Headers.UserAgent.ToString();
        var isList =
            format is "list"
            || agent.StartsWith("kiket-cli/", StringComparison.OrdinalIgnoreCase)
            || agent.StartsWith("python-httpx/", StringComparison.OrdinalIgnoreCase);
        return isList ? TypedResults.Ok(listed.Value) : TypedResults.Ok(new SecretKeys([.. listed.Value.Select(s => s.Key)]));
    }

    /// <summary>Stores a secret (201) or replaces its value (200).</summary>
    private static Task<Results<Created<SecretDto>, Ok<SecretDto>, ErrorResult>> CreateSecret(
        ExtensionRef extension,
        SecretBody body,
        [AsParameters] SecretParameters parameters,
        IMediator mediator,
        CancellationToken ct
    ) => SetAsync(body.ToTarget(extension, parameters), body.Key, body.Value, mediator, ct);

    /// <summary>Reads the value of a secret, resolved in the order of the scopes.</summary>
    private static async Task<Results<Ok<SecretDto>, ErrorResult>> GetSecret(
        ExtensionRef extension,
        string key,
        [AsParameters] SecretParameters parameters,
        IMediator mediator,
        CancellationToken ct
    ) => (await mediator.Send(new ReadSecretCommand(parameters.ToTarget(extension), key), ct)).ToOk(secret => secret);

    /// <summary>Stores the secret of this key (201) or replaces its value (200).</summary>
    private static Task<Results<Created<SecretDto>, Ok<SecretDto>, ErrorResult>> SetSecret(
        ExtensionRef extension,
        string key,
        SecretBody body,
        [AsParameters] SecretParameters parameters,
        IMediator mediator,
        CancellationToken ct
    ) => SetNamedAsync(extension, key, body, parameters, mediator, ct);

    /// <summary>Replaces the value of a secret, or stores it if it is new.</summary>
    private static Task<Results<Created<SecretDto>, Ok<SecretDto>, ErrorResult>> RotateSecret(
        ExtensionRef extension,
        string key,
        SecretBody body,
        [AsParameters] SecretParameters parameters,
        IMediator mediator,
        CancellationToken ct
    ) => SetNamedAsync(extension, key, body, parameters, mediator, ct);

    /// <summary>Deletes a secret.</summary>
    private static async Task<Results<Ok<Success>, ErrorResult>> DeleteSecret(
        ExtensionRef extension,
        string key,
        [AsParameters] SecretParameters parameters,
        IMediator mediator,
        CancellationToken ct
    ) => (await mediator.Send(new DeleteSecretCommand(parameters.ToTarget(extension), key), ct)).ToSuccess();

    private static async Task<Results<Created<SecretDto>, Ok<SecretDto>, ErrorResult>> SetNamedAsync(
        ExtensionRef extension,
        string key,
        SecretBody body,
        SecretParameters parameters,
        IMediator mediator,
        CancellationToken ct
    ) =>
        body.Key is { } other && other != key
            ? new ErrorResult(Error.Validation("secret.key", $"The path names the secret {key}, but the body names {other}."))
            : await SetAsync(body.ToTarget(extension, parameters), key, body.Value, mediator, ct);

    private static async Task<Results<Created<SecretDto>, Ok<SecretDto>, ErrorResult>> SetAsync(
        SecretTarget target,
        string? key,
        string? value,
        IMediator mediator,
        CancellationToken ct
    )
    {
        var set = await mediator.Send(new SetSecretCommand(target, key, value), ct);
        return set.Error is { } error ? new ErrorResult(error)
            : set.Value.IsNew ? TypedResults.Created((string?)null, set.Value)
            : TypedResults.Ok(set.Value);
    }
}

/// <summary>Nothing but this member: one SDK only accepts lists of strings here.</summary>
internal sealed record SecretKeys(IReadOnlyList<string> Keys);

internal sealed record SecretParameters
{
    [
        FromQuery(Name = "scope"),
        Description(
            "`installation`, `product_installation`, `extension`, `project` or `organization`. By default, reads "
                + "search all of them in this order, and writes use the installation."
        )
    ]
    public string? Scope { get; init; }

    [
        FromQuery(Name = "project_id"),
        Description("The project; needed for the scope `project` and when the manifest's id alone is ambiguous.")
    ]
    public string? ProjectId { get; init; }

    public SecretTarget ToTarget(ExtensionRef extension) => new(extension, ScopeOf(Scope), Projects.Of(ProjectId));

    internal static SecretScope? ScopeOf(string? text) =>
        string.IsNullOrEmpty(text) ? null
        : WireName.TryParse(text, out SecretScope scope) ? scope
        : throw new InvalidParameterException(
            "scope",
            $"'{text}' is not a valid scope; use {string.Join(", ", WireName.All<SecretScope>())}."
        );
}

[Envelope("secret", "scope", "project_id")]
internal sealed record SecretBody
{
    public string? Key { get; init; }

    public string? Value { get; init; }

    public SecretScope? Scope { get; init; }

    public ProjectRef? ProjectId { get; init; }

    public SecretTarget ToTarget(ExtensionRef extension, SecretParameters parameters) =>
        new(
            extension,
            Parameters.Agreed("scope", Scope, SecretParameters.ScopeOf(parameters.Scope)),
            Parameters.Agreed("project_id", ProjectId, Projects.Of(parameters.ProjectId))
        );
}
