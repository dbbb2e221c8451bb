using System.Text.Json.Serialization;
using Kiket.Api.Authentication;
using Kiket.Api.Http;
using Kiket.Application.Common;
using Kiket.Application.OAuth;
using Kiket.Domain.Common;
using Kiket.Domain.Tokens;
using MediatR;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Kiket.Api.OAuth;

/// <summary>The applications that get their tokens by OAuth.</summary>
internal static class OAuthApplicationEndpoints
{
    public static void MapOAuthApplications(this IEndpointRouteBuilder api)
    {
        var applications = api.MapGroup("/oauth_applications").WithTags("OAuth");

        applications.MapGet("/", ListOAuthApplications).WithName(nameof(ListOAuthApplications)).Reads(Scope.Admin);
        applications.MapPost("/", CreateOAuthApplication).WithName(nameof(CreateOAuthApplication)).Writes(Scope.Admin);
        applications
            .MapPatch("/{application}", UpdateOAuthApplication)
            .WithName(nameof(UpdateOAuthApplication))
            .Writes(Scope.Admin);
        applications.MapPost("/{application}/rotate", RotateOAuthSecret).WithName(nameof(RotateOAuthSecret)).Writes(Scope.Admin);
        applications
            .MapDelete("/{application}", RemoveOAuthApplication)
            .WithName(nameof(RemoveOAuthApplication))
            .Writes(Scope.Admin);
    }

    /// <summary>Lists the applications of your organization.</summary>
    private static async Task<Results<Ok<OAuthApplicationPage>, ErrorResult>> ListOAuthApplications(
        [AsParameters] PageParameters parameters,
        IMediator mediator,
        CancellationToken ct
    ) => (await mediator.Send(new ListOAuthApplicationsQuery(parameters.ToPage()), ct)).ToOk(OAuthApplicationPage.Of);

    /// <summary>Registers an application; its secret is shown once.</summary>
    private static async Task<Results<Created<OAuthApplicationDto>, ErrorResult>> CreateOAuthApplication(
        OAuthApplicationBody body,
        IMediator mediator,
        CancellationToken ct
    ) =>
        (
            await mediator.Send(
                new CreateOAuthApplicationCommand(
                    body.Name,
                    body.Scopes ?? [],
                    body.GrantTypes ?? [],
                    body.RedirectUris ?? [],
                    body.Public ?? false,
                    body.AllowedNetworks
                ),
                ct
            )
        ).ToCreated();

    /// <summary>Changes from where the tokens of an application are accepted.</summary>
    private static async Task<Results<Ok<OAuthApplicationDto>, ErrorResult>> UpdateOAuthApplication(
        long application,
        OAuthApplicationEditBody body,
        IMediator mediator,
        CancellationToken ct
    ) => (await mediator.Send(new UpdateOAuthApplicationCommand(application, body.AllowedNetworks), ct)).ToOk(updated => updated);

    /// <summary>Replaces the secret of an application; the new one is shown once.</summary>
    private static async Task<Results<Ok<OAuthApplicationDto>, ErrorResult>> RotateOAuthSecret(
        long application,
        IMediator mediator,
        CancellationToken ct
    ) => (await mediator.Send(new RotateOAuthSecretCommand(application), ct)).ToOk(rotated => rotated);

    /// <summary>Removes an application and revokes its tokens.</summary>
    private static async Task<Results<Ok<Success>, ErrorResult>> RemoveOAuthApplication(
        long application,
        IMediator mediator,
        CancellationToken ct
    ) => (await mediator.Send(new RemoveOAuthApplicationCommand(application), ct)).ToSuccess();
}

internal sealed record OAuthApplicationPage(
    [property: JsonPropertyName("oauth_applications")] IReadOnlyList<OAuthApplicationDto> OAuthApplications,
    PageMeta Meta
)
{
    public static OAuthApplicationPage Of(Page<OAuthApplicationDto> page) => new(page.Items, PageMeta.Of(page));
}

/// <param name="Scopes">The most that its tokens may do.</param>
/// <param name="GrantTypes">How it gets tokens.</param>
/// <param name="RedirectUris">Where users are sent back to; for <c>authorization_code</c>.</param>
/// <param name="Public">Whether it has no secret, because its users could read it; false by default.</param>
/// <param name="AllowedNetworks">Networks or addresses from which its tokens are accepted; everywhere if omitted.</param>
[Envelope("oauth_application")]
internal sealed record OAuthApplicationBody(
    string? Name,
    IReadOnlyList<string>? Scopes,
    IReadOnlyList<string>? GrantTypes,
    IReadOnlyList<string>? RedirectUris,
    bool? Public,
    IReadOnlyList<string>? AllowedNetworks
);

[Envelope("oauth_application")]
internal sealed record OAuthApplicationEditBody
{
    /// <summary>Networks or addresses from which its tokens are accepted; null for everywhere.</summary>
    public Optional<IReadOnlyList<string>?> AllowedNetworks { get; init; }
}
