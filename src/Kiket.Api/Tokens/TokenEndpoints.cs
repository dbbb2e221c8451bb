using Kiket.Api.Authentication;
using Kiket.Api.Http;
using Kiket.Application.Common;
using Kiket.Application.Tokens;
using Kiket.Domain.Common;
using Kiket.Domain.Tokens;
using MediatR;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Kiket.Api.Tokens;

/// <summary>The credentials of users and of the organization's programs.</summary>
internal static class TokenEndpoints
{
    public static void MapTokens(this IEndpointRouteBuilder api)
    {
        var workspace = api.MapGroup("/workspace_api_tokens").WithTags("Tokens");

        workspace.MapGet("/", ListWorkspaceApiTokens).WithName(nameof(ListWorkspaceApiTokens)).Reads(Scope.Admin);
        workspace.MapPost("/", CreateWorkspaceApiToken).WithName(nameof(CreateWorkspaceApiToken)).Writes(Scope.Admin);
        workspace.MapDelete("/{token}", RevokeWorkspaceApiToken).WithName(nameof(RevokeWorkspaceApiToken)).Writes(Scope.Admin);

        // Any token may manage its user's own tokens; the handlers decide about tokens with more scopes.
        var personal = api.MapGroup("/personal_access_tokens").WithTags("Tokens");

        personal.MapGet("/", ListPersonalAccessTokens).WithName(nameof(ListPersonalAccessTokens));
        personal.MapPost("/", CreatePersonalAccessToken).WithName(nameof(CreatePersonalAccessToken));
        personal.MapDelete("/{token}", RevokePersonalAccessToken).WithName(nameof(RevokePersonalAccessToken));

        var tokens = api.MapGroup("/tokens").WithTags("Tokens");

        tokens.MapPatch("/{token}", UpdateToken).WithName(nameof(UpdateToken)).Writes(Scope.Admin);
        tokens.MapPost("/{token}/rotate", RotateToken).WithName(nameof(RotateToken));
    }

    /// <summary>Lists the workspace tokens of the organization.</summary>
    private static async Task<Results<Ok<WorkspaceApiTokenPage>, ErrorResult>> ListWorkspaceApiTokens(
        [AsParameters] PageParameters parameters,
        IMediator mediator,
        CancellationToken ct
    ) => (await mediator.Send(new ListTokensQuery(TokenKind.Workspace, parameters.ToPage()), ct)).ToOk(WorkspaceApiTokenPage.Of);

    /// <summary>Creates a workspace token; it is shown once.</summary>
    private static async Task<Results<Created<TokenDto>, ErrorResult>> CreateWorkspaceApiToken(
        WorkspaceApiTokenBody body,
        IMediator mediator,
        CancellationToken ct
    ) =>
        (
            await mediator.Send(
                new IssueTokenCommand(TokenKind.Workspace, body.Name, body.Scopes ?? [], body.ExpiresAt)
                {
                    RateLimitRequests = body.RateLimitRequests,
                    RateLimitWindow = body.RateLimitWindow,
                    AllowedNetworks = body.AllowedNetworks,
                },
                ct
            )
        ).ToCreated();

    /// <summary>Revokes a workspace token.</summary>
    private static async Task<Results<Ok<Success>, ErrorResult>> RevokeWorkspaceApiToken(
        long token,
        IMediator mediator,
        CancellationToken ct
    ) => (await mediator.Send(new RevokeTokenCommand(TokenKind.Workspace, token), ct)).ToSuccess();

    /// <summary>Lists your personal tokens.</summary>
    private static async Task<Results<Ok<PersonalAccessTokenPage>, ErrorResult>> ListPersonalAccessTokens(
        [AsParameters] PageParameters parameters,
        IMediator mediator,
        CancellationToken ct
    ) => (await mediator.Send(new ListTokensQuery(TokenKind.Personal, parameters.ToPage()), ct)).ToOk(PersonalAccessTokenPage.Of);

    /// <summary>Creates a personal token with no more scopes than the current one; it is shown once.</summary>
    private static async Task<Results<Created<TokenDto>, ErrorResult>> CreatePersonalAccessToken(
        PersonalAccessTokenBody body,
        IMediator mediator,
        CancellationToken ct
    ) =>
        (
            await mediator.Send(
                new IssueTokenCommand(TokenKind.Personal, body.Name, body.Scopes ?? [], body.ExpiresAt)
                {
                    AllowedNetworks = body.AllowedNetworks,
                },
                ct
            )
        ).ToCreated();

    /// <summary>Revokes one of your personal tokens.</summary>
    private static async Task<Results<Ok<Success>, ErrorResult>> RevokePersonalAccessToken(
        long token,
        IMediator mediator,
        CancellationToken ct
    ) => (await mediator.Send(new RevokeTokenCommand(TokenKind.Personal, token), ct)).ToSuccess();

    /// <summary>Changes the limits of a workspace or personal token.</summary>
    private static async Task<Results<Ok<TokenDto>, ErrorResult>> UpdateToken(
        long token,
        TokenBody body,
        IMediator mediator,
        CancellationToken ct
    ) =>
        (
            await mediator.Send(
                new UpdateTokenCommand(token, body.RateLimitRequests, body.RateLimitWindow, body.AllowedNetworks),
                ct
            )
        ).ToOk(t => t);

    /// <summary>
    /// Replaces a workspace token or one of your personal tokens. The new token may do the same and is shown once; the old one is
    /// accepted until the overlap ends.
    /// </summary>
    private static async Task<Results<Created<TokenDto>, ErrorResult>> RotateToken(
        long token,
        TokenRotationBody? body,
        IMediator mediator,
        CancellationToken ct
    ) => (await mediator.Send(new RotateTokenCommand(token, body?.OverlapSeconds), ct)).ToCreated();
}

/// <param name="OverlapSeconds">How long the old token is still accepted: 0 to 604800, 24 hours if omitted.</param>
[Envelope("token")]
internal sealed record TokenRotationBody(int? OverlapSeconds);

[Envelope("token")]
internal sealed record TokenBody
{
    /// <summary>Requests per window; null for the server's default.</summary>
    public Optional<int?> RateLimitRequests { get; init; }

    /// <summary>Length of that window in seconds; null for the server's default.</summary>
    public Optional<int?> RateLimitWindow { get; init; }

    /// <summary>Networks or addresses from which it is accepted; null for everywhere.</summary>
    public Optional<IReadOnlyList<string>?> AllowedNetworks { get; init; }
}

internal sealed record WorkspaceApiTokenPage(IReadOnlyList<TokenDto> WorkspaceApiTokens, PageMeta Meta)
{
    public static WorkspaceApiTokenPage Of(Page<TokenDto> page) => new(page.Items, PageMeta.Of(page));
}

internal sealed record PersonalAccessTokenPage(IReadOnlyList<TokenDto> PersonalAccessTokens, PageMeta Meta)
{
    public static PersonalAccessTokenPage Of(Page<TokenDto> page) => new(page.Items, PageMeta.Of(page));
}

/// <param name="RateLimitRequests">Requests per window; the server's default if omitted.</param>
/// <param name="RateLimitWindow">Length of that window in seconds.</param>
/// <param name="AllowedNetworks">Networks or addresses from which it is accepted; everywhere if omitted.</param>
[Envelope("workspace_api_token")]
internal sealed record WorkspaceApiTokenBody(
    string? Name,
    IReadOnlyList<string>? Scopes,
    DateTimeOffset? ExpiresAt,
    int? RateLimitRequests,
    int? RateLimitWindow,
    IReadOnlyList<string>? AllowedNetworks
);

/// <param name="AllowedNetworks">Networks or addresses from which it is accepted; everywhere if omitted.</param>
[Envelope("personal_access_token")]
internal sealed record PersonalAccessTokenBody(
    string? Name,
    IReadOnlyList<string>? Scopes,
    DateTimeOffset? ExpiresAt,
    IReadOnlyList<string>? AllowedNetworks
);
