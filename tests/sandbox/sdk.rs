//! The SDK's own client against the sandbox: what it parses of Slack, it parses of the sandbox.

use serde_json::json;
use slack_morphism::prelude::*;

use crate::bot::{section, workspace};

#[tokio::test]
async fn the_sdks_client_understands_every_answer() {
    let (ws, bot, _) = workspace().await;
    let connector = hyper_util::client::legacy::connect::HttpConnector::new();
    let connector = SlackClientHyperConnector::with_connector(connector).with_slack_api_url(&ws.api_url());
    let client = SlackClient::new(connector);
    let token = SlackApiToken::new(ws.bot_token().into());
    let session = client.open_session(&token);

    assert_eq!(session.auth_test().await.unwrap().user_id.to_string(), ws.bot_user_id());
    let channel: SlackChannelId = ws.channel_id("#field").into();
    let blocks: Vec<SlackBlock> =
        serde_json::from_value(json!([section("hello"), {"type": "divider"}])).unwrap();
    let content = SlackMessageContent::new().with_text("hello".into()).with_blocks(blocks);
    let posted = session
        .chat_post_message(&SlackApiChatPostMessageRequest::new(channel.clone(), content.clone()))
        .await
        .unwrap();
    let update = SlackApiChatUpdateRequest::new(channel.clone(), content.clone(), posted.ts.clone());
    session.chat_update(&update).await.unwrap();
    ws.person("ines").reply("#field", posted.ts.as_ref(), "hi @ava, see https://x.test").await.unwrap();
    ws.person("ines").react("#field", posted.ts.as_ref(), "eyes").await.unwrap();

    let replies = SlackApiConversationsRepliesRequest::new(channel.clone(), posted.ts.clone());
    assert_eq!(session.conversations_replies(&replies).await.unwrap().messages.len(), 2);
    let history = SlackApiConversationsHistoryRequest::new().with_channel(channel.clone());
    assert_eq!(session.conversations_history(&history).await.unwrap().messages.len(), 1);
    let permalink = SlackApiChatGetPermalinkRequest::new(channel.clone(), posted.ts.clone());
    assert!(session.chat_get_permalink(&permalink).await.unwrap().permalink.as_str().contains("/archives/"));
    session.conversations_info(&SlackApiConversationsInfoRequest::new(channel.clone())).await.unwrap();
    let list = session.conversations_list(&SlackApiConversationsListRequest::new()).await.unwrap();
    assert_eq!(list.channels.len(), 2);
    let members = SlackApiConversationsMembersRequest::new().with_channel(channel.clone());
    assert_eq!(session.conversations_members(&members).await.unwrap().members.len(), 3);
    let open = SlackApiConversationsOpenRequest::new().with_users(vec![ws.user_id("ava").into()]);
    session.conversations_open(&open).await.unwrap();
    let users = session.users_list(&SlackApiUsersListRequest::new()).await.unwrap();
    assert_eq!(users.members.len(), 4);
    let ephemeral = SlackApiChatPostEphemeralRequest::new(channel, ws.user_id("ava").into(), content);
    session.chat_post_ephemeral(&ephemeral).await.unwrap();
    session.team_info(&SlackApiTeamInfoRequest::new()).await.unwrap();

    let trigger = ws.person("ava").slash_in("#field", "/request-pm").await.unwrap().trigger_id;
    let view: SlackView =
        serde_json::from_value(json!({"type": "modal", "title": {"type": "plain_text", "text": "Ask"},
        "blocks": [section("hello")]}))
        .unwrap();
    let opened = session.views_open(&SlackApiViewsOpenRequest::new(trigger.into(), view)).await.unwrap();
    assert_eq!(opened.view.state_params.id.to_string(), ws.person("ava").open_view().unwrap().id);
    let url = bot
        .arrived()
        .iter()
        .rev()
        .find(|one| one.body.contains("response_url"))
        .unwrap()
        .field("response_url");
    let respond =
        SlackApiPostWebhookMessageRequest::new(SlackMessageContent::new().with_text("thanks".into()));
    client.respond_to_event(&SlackResponseUrl::new(url.parse().unwrap()), &respond).await.unwrap();
    assert_eq!(ws.ephemerals_of("ava").len(), 2);
}
