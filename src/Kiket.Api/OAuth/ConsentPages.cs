using Kiket.Api.SignIn;
using Kiket.Application.OAuth;
using Kiket.Application.Ports;
using Kiket.Application.Users;
using Kiket.Domain.OAuth;
using MediatR;
using Microsoft.AspNetCore.Http.Extensions;
using OpenIddict.Abstractions;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Kiket.Api.OAuth;

/// <summary>
/// Asks a user whether an application may act in their name: once for each set of scopes, or always if it has no secret.
/// </summary>
internal static class ConsentPages
{
    public const string Decision = "decision";
    public const string Allow = "allow";

    public static async Task<IResult> AuthorizeAsync(
        HttpContext context,
        IMediator mediator,
        IOAuthServer server,
        CancellationToken ct
    )
    {
        var request = OAuthEndpoints.RequestOf(context);
        if (await PageCookie.FindUserAsync(context) is not { } user || request.HasPromptValue(PromptValues.Login))
            return request.HasPromptValue(PromptValues.None)
                ? OAuthEndpoints.Refusal(Errors.LoginRequired, "The user has not signed in.")
                : Results.LocalRedirect(SignInPages.AddressFor(WithoutLogin(request)));

        var granted = await mediator.Send(
            new GrantUserAccessQuery(request.ClientId!, user.Id, OAuthEndpoints.ApiScopesOf(request)),
            ct
        );
        if (granted.Error is { } error)
            return OAuthEndpoints.Refusal(
                error == OAuthErrors.NotOfOrganization ? Errors.AccessDenied : Errors.InvalidScope,
                error.Message
            );

        // A token with only the scope openid allows nothing in the API.
        var access = request.GetScopes().IsEmpty ? granted.Value : granted.Value with { Scopes = request.GetScopes() };
        var authorization = await server.FindAuthorizationAsync(request.ClientId!, user.Id, access.Scopes, ct);
        if (authorization is null || access.IsPublic || request.HasPromptValue(PromptValues.Consent))
        {
            var decision = HttpMethods.IsPost(context.Request.Method) ? (string?)request[Decision] : null;
            if (decision is null)
                return request.HasPromptValue(PromptValues.None)
                    ? OAuthEndpoints.Refusal(Errors.ConsentRequired, "The user has not allowed it.")
                    : Ask(context, request, user, access);
            if (!await Pages.IsOwnFormAsync(context))
                return Pages.Outdated(context);
            if (decision != Allow)
                return OAuthEndpoints.Refusal(Errors.AccessDenied, "The user has not allowed it.");
        }

        if (authorization is null)
        {
            var allowed = await mediator.Send(new AllowApplicationCommand(request.ClientId!, access.Scopes, IsKept: true), ct);
            if (allowed.Error is { } notAllowed)
                return OAuthEndpoints.Refusal(Errors.AccessDenied, notAllowed.Message);
            authorization = allowed.Value;
        }

        return OAuthEndpoints.SignIn(OAuthEndpoints.IdentityOf(access).SetAuthorizationId(authorization));
    }

    private static IResult Ask(HttpContext context, OpenIddictRequest request, PageUser user, UserAccess access)
    {
        var fields = request
            .GetParameters()
            .Where(p => p.Key is not (Decision or Parameters.Prompt or "__RequestVerificationToken"))
            .Select(p => Pages.Hidden(p.Key, (string?)p.Value));
        return Pages.Page(
            context,
            $"Allow {access.Application}?",
            Pages.Form(context, OAuthSetup.AuthorizationPath, Choice(user, access, Html.Join(fields))),
            formTarget: request.RedirectUri
        );
    }

    /// <summary>What an application asks for, and the buttons to allow or deny it.</summary>
    public static Html Choice(PageUser user, UserAccess access, Html fields) =>
        Html.Of(
            $"""
            <p>{access.Application} wants to act in your name, as {user.Name} ({user.Email}). It could:</p>
            <ul>
            {Html.Join(access.Scopes.Select(s => Html.Of($"<li>{MeaningOf(s)}</li>")))}
            </ul>
            <p>It can never do more than you can.</p>
            {fields}
            <button type="submit" name="{Decision}" value="{Allow}">Allow</button>
            <button type="submit" name="{Decision}" value="deny" class="plain">Deny</button>
            """
        );

    private static string MeaningOf(string scope) =>
        scope switch
        {
            Scopes.OpenId => "know who you are",
            Scopes.Profile => "know your name",
            Scopes.Email => "know your e-mail address",
            Scopes.OfflineAccess => "do this while you are away",
            _ when Domain.Tokens.Scope.TryParse(scope, out var known) => known.Resource == "*"
                ? "do everything that you can do"
                : $"{VerbOf(known.Actions)} {known.Resource.Replace('_', ' ')}",
            _ => scope,
        };

    private static string VerbOf(Domain.Tokens.ScopeActions actions) =>
        actions switch
        {
            Domain.Tokens.ScopeActions.Read => "read",
            _ when actions.HasFlag(Domain.Tokens.ScopeActions.Read) => "read and change",
            _ => "change",
        };

    /// <summary>The address of the same request, without the prompt to sign in, which the user has just done.</summary>
    private static string WithoutLogin(OpenIddictRequest request)
    {
        var prompts = request.GetPromptValues().Remove(PromptValues.Login);
        var query = new QueryBuilder();
        foreach (var (name, value) in request.GetParameters())
        {
            if (name != Parameters.Prompt)
                query.Add(name, (string?)value ?? "");
        }

        if (prompts.Length > 0)
            query.Add(Parameters.Prompt, string.Join(' ', prompts));
        return OAuthSetup.AuthorizationPath + query;
    }
}
